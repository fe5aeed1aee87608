// Bytes of tensors that are not in the decoded message: further on in the file, or in a file beside it.
import { realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { openModel } from '../../safetensors/read.js'
import { TensorProto_DataLocation as Location, type TensorProto } from '../proto/onnx_pb.js'
import { badFile } from './refuse.js'
import type { Place } from './skeleton.js'
import type { ReadOutside } from './stored.js'
import { Window } from './window.js'

const MOST_FILES = 1000

export interface Outside {
  read: ReadOutside
  /** Bytes of all that lies beside the model. */
  size: number
}

/** place: where in the model's own file the tensor's data lies, if it was left there. */
export async function outsideOf(
  path: string,
  tensors: readonly TensorProto[],
  place: (tensor: TensorProto) => Place | undefined,
): Promise<Outside> {
  const files = await filesBeside(path, tensors)
  const size = [...files.values()].reduce((sum, file) => sum + file.size, 0)
  const read: ReadOutside = (tensor, length) => {
    const inFile = place(tensor)
    if (inFile && inFile.length !== length) {
      throw badFile(path, `${inFile.length} bytes for tensor ${tensor.name.slice(0, 200)}`, `${length}`)
    }
    if (inFile) return () => readPart(path, inFile.position, length)
    if (tensor.dataLocation !== Location.EXTERNAL) return null
    const { location, offset } = externalOf(path, tensor, length)
    const file = files.get(location)
    if (!file || offset + length > file.size) {
      throw badFile(
        path,
        `external data up to byte ${offset + length} of ${location.slice(0, 200)}`,
        'a whole file',
      )
    }
    return () => readPart(file.path, offset, length)
  }
  return { read, size }
}

/** The files that initializers lie in, by the location that the model gives. */
async function filesBeside(path: string, tensors: readonly TensorProto[]) {
  const files = new Map<string, { path: string; size: number }>()
  for (const { dataLocation, externalData } of tensors) {
    if (dataLocation !== Location.EXTERNAL) continue
    const location = externalData.find(({ key }) => key === 'location')?.value ?? ''
    if (files.has(location)) continue
    if (files.size === MOST_FILES)
      throw badFile(path, 'external data in too many files', `${MOST_FILES} at most`)
    const found = await confined(path, location)
    files.set(location, { path: found, size: (await stat(found)).size })
  }
  return files
}

function externalOf(path: string, { name, externalData }: TensorProto, length: number) {
  const entries = new Map([...externalData].reverse().map(({ key, value }) => [key, value]))
  const location = entries.get('location') ?? ''
  const offset = Number(entries.get('offset') ?? 0)
  const stated = Number(entries.get('length') ?? length)
  if (!Number.isSafeInteger(offset) || offset < 0 || stated !== length) {
    throw badFile(
      path,
      `external data of ${stated} bytes from ${offset} on for ${name.slice(0, 200)}`,
      `${length}`,
    )
  }
  return { location, offset }
}

/** The file beside the model. A model may name files of its own folder alone, whatever links are in the way. */
async function confined(path: string, location: string): Promise<string> {
  const refuse = (found: string) =>
    badFile(
      path,
      `external data in ${JSON.stringify(location.slice(0, 200))}, ${found}`,
      "a file in the model's folder",
    )
  if (location === '' || isAbsolute(location) || location.includes('\0'))
    throw refuse('no path within a folder')
  if (location.split(/[\\/]/).includes('..')) throw refuse('a path out of the folder')
  const folder = await realpath(dirname(resolve(path)))
  const file = await realpath(join(folder, location)).catch(() => null)
  if (file === null) throw refuse('which is not there')
  if (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) throw refuse('a link out of the folder')
  return file
}

async function readPart(path: string, position: number, length: number): Promise<Uint8Array> {
  const file = await openModel(path)
  try {
    return await new Window(path, file, (await file.stat()).size).bytes(position, length)
  } finally {
    await file.close()
  }
}
