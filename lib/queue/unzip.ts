// A zip of images from somebody whom nobody trusts: no path out of the folder, no links, no bombs.
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Entry, ZipFile } from 'yauzl'
import { EXTENSION } from '../data/decode.js'
import { ShellacError } from '../errors.js'
import { openZip } from '../open-zip.js'

const MOST_ENTRIES = 200_000
const MOST_BYTES = 8 * 2 ** 30
const LARGEST_IMAGE = 64 * 2 ** 20
/** Images are compressed already; a record that grows more than this is no image. */
const LARGEST_RATIO = 200
const DEEPEST = 4
const SYMLINK = 0o120000
const TYPE_BITS = 0o170000

/** Writes the images; other files in the archive are left out. Throws ERR_BAD_DATA. */
export async function unzipImages(path: string, folder: string): Promise<void> {
  const zip = await mended(openZip(path))
  try {
    await mended(unpack(zip, folder))
  } finally {
    zip.close()
  }
}

async function unpack(zip: ZipFile, folder: string): Promise<void> {
  if (zip.entryCount > MOST_ENTRIES) throw hostile(`${zip.entryCount} entries`, `at most ${MOST_ENTRIES}`)
  let room = MOST_BYTES
  for await (const entry of zip.eachEntry()) {
    check(entry)
    if (!isImage(entry)) continue
    room -= entry.uncompressedSize
    if (room < 0) throw hostile(`more than ${MOST_BYTES} bytes`, 'less in all')
    const to = join(folder, entry.fileName)
    await mkdir(dirname(to), { recursive: true })
    // The library stops a record that is longer than it says.
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(to, { flags: 'wx' }))
  }
}

/** The library has refused absolute paths, "..", and backslashes. */
function check({
  fileName,
  uncompressedSize,
  compressedSize,
  externalFileAttributes,
  isEncrypted,
}: Entry): void {
  const name = JSON.stringify(fileName.slice(0, 200))
  const parts = fileName.split('/')
  if (parts.includes('..') || fileName.startsWith('/') || fileName.includes('\0'))
    throw hostile(`entry ${name}`, 'paths inside the folder')
  if (parts.length > DEEPEST + 1) throw hostile(`entry ${name}`, `at most ${DEEPEST} folders above an image`)
  if (((externalFileAttributes >>> 16) & TYPE_BITS) === SYMLINK) throw hostile(`link ${name}`, 'no links')
  if (isEncrypted()) throw hostile(`encrypted entry ${name}`, 'images that can be read')
  if (uncompressedSize > LARGEST_IMAGE)
    throw hostile(`${uncompressedSize} bytes in ${name}`, `${LARGEST_IMAGE}`)
  if (uncompressedSize > LARGEST_RATIO * Math.max(compressedSize, 64))
    throw hostile(`${compressedSize} bytes that become ${uncompressedSize} in ${name}`, 'images')
}

/** macOS adds folders and files of its own, whose names begin so. */
const isImage = ({ fileName }: Entry): boolean =>
  EXTENSION.test(fileName) && !fileName.split('/').some(part => part.startsWith('.') || part === '__MACOSX')

async function mended<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof ShellacError) throw error
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOSPC' || code === 'EMFILE' || code === 'EIO') throw error
    throw hostile((error as Error).message, 'a zip of an image folder')
  }
}

const hostile = (found: string, expected: string): ShellacError =>
  new ShellacError('ERR_BAD_DATA', {
    thing: 'zip of images',
    found,
    expected,
    remedy: 'pack a folder that has one subfolder a class, with images in it',
  })
