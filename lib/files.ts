import {
  access,
  constants,
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  stat,
  unlink,
} from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { outOfMemory, ShellacError } from './errors.js'
import { isAlive } from './is-alive.js'

export interface Part {
  path: string
  write: (file: FileHandle) => Promise<void>
}

/** Writes a whole file or nothing: beside the path, flushed to the disk, then renamed into place. */
export function writeWhole(path: string, write: Part['write']): Promise<void> {
  return writeTogether([{ path, write }])
}

/** Files that belong together, in that order: where one cannot be written, none is, and what was there stays. */
export async function writeTogether(parts: Part[]): Promise<void> {
  const written: { path: string; beside: string }[] = []
  try {
    for (const { path, write } of parts) {
      const beside = `${path}.${process.pid}.${crypto.randomUUID()}.tmp`
      written.push({ path, beside })
      await writeNew(path, beside, write)
    }
    for (const { path, beside } of written) await rename(beside, path).catch(fault => refuse(path, fault))
  } catch (error) {
    for (const { beside } of written) await unlink(beside).catch(() => {})
    throw error
  }
}

async function writeNew(path: string, beside: string, write: Part['write']): Promise<void> {
  try {
    const file = await open(beside, 'wx')
    try {
      await write(file)
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    refuse(path, error)
  }
}

/** Deletes what writeWhole() left in processes that were killed while they wrote: for one file of the folder, or for all. */
export async function removeLeftovers(folder: string, file?: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, whose, pid] = /^(.+)\.(\d+)\.[0-9a-f-]{36}\.tmp$/.exec(name) ?? []
    if (!pid || (file !== undefined && whose !== file) || isAlive(Number(pid))) continue
    await unlink(join(folder, name)).catch(() => {})
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
  await access(folder, constants.W_OK).catch(fault => refuse(path, fault))
  const there = await stat(path).catch(() => null)
  if (there?.isDirectory()) refuse(path, new Error('a folder of that name'))
}

/** Makes a folder and those above it. Throws ERR_BAD_OPTION, naming the option that asked for it. */
export async function makeFolder(folder: string, option: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
  } catch (error) {
    throw new ShellacError(
      'ERR_BAD_OPTION',
      {
        thing: `option "${option}"`,
        found: (error as Error).message,
        expected: 'a folder that can be made and written to',
      },
      { cause: error },
    )
  }
}

function refuse(path: string, error: unknown): never {
  if (error instanceof ShellacError) throw error
  throw outOfMemory(error) ?? cannotWrite(path, error)
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
