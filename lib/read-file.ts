// Files that somebody else put there: what is no plain file, or is larger than it has any reason to be, is never read.
import { constants, type FileHandle, open } from 'node:fs/promises'
import { outOfMemory, ShellacError } from './errors.js'

/** Opens a plain file for reading. Throws an Error whose message says why not. */
export async function openPlainFile(path: string): Promise<FileHandle> {
  // Without O_NONBLOCK, opening a named pipe waits for somebody to write to it.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(error => {
    throw new Error(error.code === 'ENOENT' ? 'no such file' : (error as Error).message)
  })
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw new Error('a folder, pipe or device')
}

/**
 * A whole file of a dataset.
 *
 * @param thing for messages: "image cat/1.png"
 * @param most bytes
 * @throws ERR_BAD_DATA
 */
export async function readDataFile(thing: string, path: string, most: number): Promise<Buffer> {
  try {
    const file = await openPlainFile(path)
    try {
      const { size } = await file.stat()
      if (size > most) throw new Error(`${size} bytes, more than ${most}`)
      return await wholeOf(file, size)
    } finally {
      await file.close()
    }
  } catch (error) {
    const memory = outOfMemory(error)
    if (memory) throw memory
    throw new ShellacError(
      'ERR_BAD_DATA',
      {
        thing,
        found: (error as Error).message,
        expected: `a file of ${most / 2 ** 20} MiB at most`,
        remedy: 'mend the file or take it away',
      },
      { cause: error },
    )
  }
}

/** As many bytes as it had, also where it grows meanwhile. */
async function wholeOf(file: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size)
  let filled = 0
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, filled)
    if (bytesRead === 0) throw new Error('a file that became shorter while it was read')
    filled += bytesRead
  }
  return bytes
}
