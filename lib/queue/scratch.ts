// Folders of a worker on its machine.
import { lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { ShellacError } from '../errors.js'
import { makeFolder } from '../files.js'
import { isAlive } from '../is-alive.js'

export interface Scratch {
  attempts: string
  models: string
  /** Takes away what is of this worker alone. */
  clear(): Promise<void>
}

/** Makes them, and clears away those of workers that were killed. Throws ERR_BAD_OPTION. */
export async function openScratch(wanted: string | undefined): Promise<Scratch> {
  const root = wanted ?? join(tmpdir(), `shellac-worker-${userInfo().uid}`)
  await makeFolder(root, 'scratch')
  await checkOwner(root)
  const models = join(root, 'models')
  await makeFolder(models, 'scratch')
  for (const name of await readdir(root)) {
    const pid = /^attempts-(\d+)-/.exec(name)?.[1]
    if (pid && !isAlive(Number(pid))) await rm(join(root, name), { recursive: true, force: true })
  }
  const attempts = join(root, `attempts-${process.pid}-${crypto.randomUUID().slice(0, 8)}`)
  await mkdir(attempts, { mode: 0o700 })
  return { attempts, models, clear: () => rm(attempts, { recursive: true, force: true }) }
}

/** In a folder that others can write to, somebody may have been there first. */
async function checkOwner(root: string): Promise<void> {
  const { uid } = await lstat(root)
  if (uid === userInfo().uid) return
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: `folder ${root}`,
    found: `owner ${uid}`,
    expected: 'a folder of your own',
    remedy: 'choose another one with scratch',
  })
}
