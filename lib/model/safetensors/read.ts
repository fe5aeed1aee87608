import type { FileHandle } from 'node:fs/promises'
import { ShellacError } from '../../errors.js'
import { openPlainFile } from '../../read-file.js'
import { bad, headerLength, readHeader } from './header.js'

export interface Tensor {
  dtype: string
  shape: number[]
  /** Row-major, little endian. */
  data: Uint8Array
}

export interface Safetensors {
  metadata: Record<string, string>
  tensors: Map<string, Tensor>
}

/** Reads a whole safetensors file. Throws ERR_BAD_MODEL for anything but a well-formed one. */
export async function readSafetensors(path: string): Promise<Safetensors> {
  const file = await openModel(path)
  try {
    const { size } = await file.stat()
    const prefix = await exactly(path, file, 0, Math.min(8, size))
    if (prefix.length < 8) throw bad(path, `a file of ${size} bytes`, 'a safetensors file')
    const length = headerLength(path, prefix, size)
    const start = 8 + length
    const header = readHeader(path, await exactly(path, file, 8, length), size - start)
    const tensors = new Map<string, Tensor>()
    for (const { name, dtype, shape, begin, end } of header.entries) {
      tensors.set(name, { dtype, shape, data: await exactly(path, file, start + begin, end - begin) })
    }
    return { metadata: header.metadata, tensors }
  } finally {
    await file.close()
  }
}

/** Opens a model file for reading. */
export async function openModel(path: string): Promise<FileHandle> {
  try {
    return await openPlainFile(path)
  } catch (error) {
    throw notThere(path, (error as Error).message)
  }
}

const notThere = (path: string, found: string): ShellacError =>
  new ShellacError('ERR_BAD_MODEL', {
    thing: `model file ${path}`,
    found,
    expected: 'a readable model file',
    remedy: 'check the path',
  })

async function exactly(path: string, file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled)
    if (bytesRead === 0) throw bad(path, 'a file that became shorter while it was read', `${length} bytes`)
    filled += bytesRead
  }
  return bytes
}
