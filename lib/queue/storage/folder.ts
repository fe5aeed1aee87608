import { createReadStream } from 'node:fs'
import { mkdir, rename, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { makeFolder } from '../../files.js'
import type { ContentHash, Storage } from '../contract.js'
import { checkHash, notStored } from './hash.js'
import { copyChecked, spool } from './spool.js'

/**
 * Files in a folder by the hash of their content, as ab/cdef.... Several processes may write to it at once, and machines
 * where the folder is shared; two that write the same bytes are fine.
 */
export function folderStorage(folder: string): Storage {
  const pathOf = (hash: ContentHash) => join(folder, checkHash(hash).slice(0, 2), hash.slice(2))
  const has = async (hash: ContentHash) => (await stat(pathOf(hash)).catch(() => null)) !== null
  const open = async (hash: ContentHash): Promise<Readable> => {
    if (!(await has(hash))) throw notStored(hash, `folder ${folder}`)
    return createReadStream(pathOf(hash))
  }
  return {
    has,
    open,
    put: async bytes => {
      await makeFolder(folder, 'storage')
      const { path, hash } = await spool(bytes, folder)
      try {
        await mkdir(join(folder, hash.slice(0, 2)), { recursive: true })
        await rename(path, pathOf(hash))
      } catch (error) {
        await unlink(path).catch(() => {})
        throw error
      }
      return hash
    },
    fetch: async (hash, path) => copyChecked(await open(hash), hash, path),
    remove: async hash => unlink(pathOf(hash)).catch(() => {}),
  }
}
