import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import type { Entry, ZipFile } from 'yauzl'
import { ShellacError } from '../../errors.js'
import { openZip } from '../../open-zip.js'
import type { Pace } from '../../pace.js'

const MOST_ENTRIES = 100_000
const STORED = 0

/** A zip archive as torch.save and torch.jit.save write it: one folder, records stored as they are. */
export class Archive {
  readonly #path: string
  readonly #zip: ZipFile
  readonly #entries: ReadonlyMap<string, Entry>

  private constructor(path: string, zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#path = path
    this.#zip = zip
    this.#entries = entries
  }

  /** @throws ERR_BAD_MODEL for a file that is no archive, is cut off, or declares more than it holds */
  static async open(path: string, pace: Pace): Promise<Archive> {
    const zip = await mended(path, openZip(path))
    try {
      return new Archive(path, zip, await mended(path, entriesOf(path, zip, pace)))
    } catch (error) {
      zip.close()
      throw error
    }
  }

  /** Without the folder: "data.pkl", "data/0". */
  get names(): string[] {
    return [...this.#entries.keys()]
  }

  /** Bytes of a record; undefined where there is none. */
  sizeOf(name: string): number | undefined {
    return this.#entries.get(name)?.uncompressedSize
  }

  /** A record's bytes, in a buffer of their own. */
  async read(name: string, pace: Pace): Promise<Uint8Array<ArrayBuffer>> {
    const entry = this.#entries.get(name)
    if (!entry) throw damaged(this.#path, `no record ${name}`)
    // Compressed records would let a small file declare a large one.
    if (entry.compressionMethod !== STORED || entry.compressedSize !== entry.uncompressedSize) {
      throw damaged(this.#path, `record ${name}, which is compressed`)
    }
    const bytes = await mended(this.#path, contentOf(this.#zip, entry, pace))
    if (bytes) return bytes
    throw damaged(this.#path, `record ${name}, whose checksum is wrong`)
  }

  close(): void {
    this.#zip.close()
  }
}

async function entriesOf(path: string, zip: ZipFile, pace: Pace): Promise<Map<string, Entry>> {
  if (zip.entryCount > MOST_ENTRIES) throw damaged(path, `${zip.entryCount} records`)
  const entries = new Map<string, Entry>()
  let room = zip.fileSize
  for await (const entry of zip.eachEntry()) {
    await pace()
    const name = entry.fileName.slice(entry.fileName.indexOf('/') + 1)
    if (entries.has(name)) throw damaged(path, `two records ${name.slice(0, 200)}`)
    room -= entry.compressedSize
    if (room < 0) throw damaged(path, 'records that are larger than the file')
    entries.set(name, entry)
  }
  return entries
}

/** undefined where the record ends early, or its checksum is wrong. */
async function contentOf(
  zip: ZipFile,
  entry: Entry,
  pace: Pace,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const stream: Readable = await zip.openReadStreamPromise(entry, { decodeFileData: false })
  const bytes = new Uint8Array(entry.compressedSize) // less than the file has: the library has looked
  let [at, sum] = [0, 0]
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    await pace()
    bytes.set(chunk, at)
    at += chunk.length
    sum = crc32(chunk, sum)
  }
  return at === bytes.length && sum === entry.crc32 ? bytes : undefined
}

/** The library's complaints, and the file system's, as ours. */
async function mended<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof ShellacError) throw error
    throw damaged(path, (error as Error).message)
  }
}

const damaged = (path: string, found: string): ShellacError =>
  new ShellacError('ERR_BAD_MODEL', {
    thing: `archive ${path}`,
    found,
    expected: 'the zip archive that torch.save wrote',
    remedy: 'get the file again; it is damaged, or not what it claims to be',
  })
