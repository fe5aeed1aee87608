// Streams to files and back, hashed on the way.
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { open, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ShellacError } from '../../errors.js'
import type { ContentHash } from '../contract.js'

export interface Spooled {
  path: string
  hash: ContentHash
  size: number
}

/** The bytes in a file of their own in `folder`, flushed to the disk; nothing is left of it on failure. */
export async function spool(bytes: Readable, folder: string): Promise<Spooled> {
  const path = join(folder, `.${process.pid}.${crypto.randomUUID()}.tmp`)
  const digest = createHash('sha256')
  let size = 0
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      digest.update(chunk)
      size += chunk.length
      next(null, chunk)
    },
  })
  try {
    await pipeline(bytes, hashing, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
    await flush(path)
    return { path, hash: digest.digest('hex'), size }
  } catch (error) {
    await unlink(path).catch(() => {})
    throw error instanceof ShellacError ? error : broken('file to store', error)
  }
}

/** Writes the bytes beside `path`, and renames where they have that hash. Throws ERR_QUEUE where they do not. */
export async function copyChecked(bytes: Readable, hash: ContentHash, path: string): Promise<void> {
  const found = await spool(bytes, join(path, '..'))
  if (found.hash === hash) return rename(found.path, path)
  await unlink(found.path).catch(() => {})
  throw broken(`file ${hash}`, new Error(`${found.size} bytes with the hash ${found.hash}`))
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

export const broken = (thing: string, error: unknown): ShellacError =>
  new ShellacError(
    'ERR_QUEUE',
    { thing, found: (error as Error).message, expected: 'a storage that keeps what it was given' },
    { cause: error },
  )
