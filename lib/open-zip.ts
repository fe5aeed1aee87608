// Zip files that nobody has to trust. yauzl reads at whatever position a file names; where no file can have one, Node throws
// in a callback that nobody can reach, and the process ends. So its reader looks first.
import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { ZipFile } from 'yauzl'

const CHUNK = 2 ** 18

type Read = (error: Error | null, bytesRead?: number) => void

/** Entries are asked for one by one, and the file stays open until close(). Rejects for what is no zip file. */
export async function openZip(path: string): Promise<ZipFile> {
  const { default: yauzl } = await import('yauzl')
  const file = await open(path)
  try {
    const { size } = await file.stat()

    class Reader extends yauzl.RandomAccessReader {
      override read(buffer: Buffer, offset: number, length: number, position: number, callback: Read): void {
        bytesAt(file, { buffer, offset, length, position }, size).then(
          bytesRead => setImmediate(callback, null, bytesRead),
          error => setImmediate(callback, error),
        )
      }

      override _readStreamForRange(start: number, end: number): Readable {
        return Readable.from(chunksOf(file, { start, end }, size), { objectMode: false })
      }

      override close(callback: (error: Error | null) => void): void {
        file.close().then(() => setImmediate(callback, null), callback)
      }
    }

    return await yauzl.fromRandomAccessReaderPromise(new Reader(), size, { autoClose: false })
  } catch (error) {
    await file.close()
    throw error
  }
}

interface Place {
  buffer: Buffer
  offset: number
  length: number
  position: number
}

async function bytesAt(file: FileHandle, place: Place, size: number): Promise<number> {
  if (!(place.position >= 0 && place.position <= size)) throw outside(place.position, size)
  return (await file.read(place)).bytesRead
}

/** Not a stream of the file's own: that one closes the file when it is destroyed. */
async function* chunksOf(
  file: FileHandle,
  { start, end }: { start: number; end: number },
  size: number,
): AsyncGenerator<Buffer> {
  for (let position = start; position < end; ) {
    const length = Math.min(CHUNK, end - position)
    const buffer = Buffer.allocUnsafe(length)
    const bytes = await bytesAt(file, { buffer, offset: 0, length, position }, size)
    if (bytes === 0) return // yauzl counts
    yield buffer.subarray(0, bytes)
    position += bytes
  }
}

const outside = (position: number, size: number): Error =>
  new Error(`something at byte ${position} of a file of ${size} bytes`)
