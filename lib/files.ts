import { type FileHandle, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { ShellacError } from './errors.js'

/** Writes a whole file or nothing: beside the path, flushed to the disk, then renamed into place. */
export async function writeWhole(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const beside = `${path}.${process.pid}.${crypto.randomUUID()}.tmp`
  try {
    const file = await open(beside, 'wx')
    try {
      await write(file)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await unlink(beside).catch(() => {})
    throw error instanceof ShellacError ? error : cannotWrite(path, error)
  }
}

/** Deletes what writeWhole() left beside the path in processes that were killed while they wrote. */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(resolve(path))
  const start = `${basename(path)}.`
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(start) && /^(\d+)\.[0-9a-f-]{36}\.tmp$/.exec(name.slice(start.length))?.[1]
    if (pid && !isAlive(Number(pid))) await unlink(join(folder, name)).catch(() => {})
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Throws before any work is done when a file could not be written there afterwards. */
export async function checkWritable(path: string): Promise<void> {
  const folder = dirname(resolve(path))
  const found = await stat(folder).catch(() => null)
  if (!found?.isDirectory()) {
    throw new ShellacError('ERR_BAD_OPTION', {
      thing: `output file ${path}`,
      found: `no folder ${folder}`,
      expected: 'a file in a folder that exists',
      remedy: `make it first: mkdir -p ${folder}`,
    })
  }
}

/** Makes a folder and those above it. Throws ERR_BAD_OPTION, naming the option that asked for it. */
export async function makeFolder(folder: string, option: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (error) {
    throw new ShellacError(
      'ERR_BAD_OPTION',
      {
        thing: `option "${option}"`,
        found: (error as Error).message,
        expected: 'a folder that can be made',
      },
      { cause: error },
    )
  }
}

function cannotWrite(path: string, error: unknown): ShellacError {
  return new ShellacError(
    'ERR_BAD_OPTION',
    {
      thing: `output file ${path}`,
      found: (error as Error).message,
      expected: 'a path that can be written',
      remedy: 'choose another path, or mend its permissions or free space',
    },
    { cause: error },
  )
}
