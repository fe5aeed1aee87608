import { readdir, stat } from 'node:fs/promises'
import { ShellacError } from '../errors.js'

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
  const names = await readdir(folder).catch(error => {
    throw new ShellacError(
      'ERR_BAD_DATA',
      {
        thing: `data folder ${folder}`,
        found: (error as Error).message,
        expected: 'a folder that can be read',
      },
      { cause: error },
    )
  })
  return names.sort()
}

/** Whether there is a folder; a link that leads nowhere is none. */
export const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isDirectory() ?? false
