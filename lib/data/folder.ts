import { readdir, stat } from 'node:fs/promises'
import { outOfMemory, ShellacError } from '../errors.js'

/** The names in a data folder, sorted. Throws ERR_BAD_DATA where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  const found = await stat(folder).catch(() => null)
  if (!found?.isDirectory()) {
    throw new ShellacError('ERR_BAD_DATA', {
      thing: `data folder ${folder}`,
      found: found ? 'a file' : 'nothing there',
      expected: 'a folder',
      remedy: 'check the path',
    })
  }
  return (await reading(folder, readdir(folder))).sort()
}

export const isFolder = async (path: string): Promise<boolean> =>
  (await reading(path, stat(path))).isDirectory()

/** What was there when the folder was listed may be gone, or out of reach, when it is read. */
async function reading<T>(path: string, read: Promise<T>): Promise<T> {
  try {
    return await read
  } catch (error) {
    throw outOfMemory(error) ?? unreadable(path, error)
  }
}

const unreadable = (path: string, error: unknown): ShellacError =>
  new ShellacError(
    'ERR_BAD_DATA',
    {
      thing: `data ${path}`,
      found: (error as Error).message,
      expected: 'data that stays where it is while it is read',
      remedy: 'check that the disk is still there and that you may read it',
    },
    { cause: error },
  )
