import { resolve } from 'node:path'
import { Checkpoint } from '../checkpoint/checkpoint.js'
import { ShellacError } from '../errors.js'

export interface KeptUntilSaved {
  /** Opened, so that verbs share it and leave it. */
  checkpoint: Checkpoint | undefined
  /** The options with it. */
  options: Record<string, unknown>
  /** Deletes it: what was made lies in its own file now. */
  saved(): Promise<void>
}

/**
 * The work is done only once its result is saved: until then --checkpoint stays.
 *
 * @param out where the result goes. Throws ERR_BAD_OPTION where that is the same file
 */
export function keptUntilSaved(options: Record<string, unknown>, out: string): KeptUntilSaved {
  const { checkpoint: path } = options
  if (typeof path !== 'string' || path === '') {
    return { checkpoint: undefined, options, saved: async () => {} }
  }
  if (resolve(path) === resolve(out)) throw twoInOne(path)
  const checkpoint = new Checkpoint(path)
  return { checkpoint, options: { ...options, checkpoint }, saved: () => checkpoint.remove() }
}

const twoInOne = (path: string): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: 'option "checkpoint"',
    found: `${path}, which is "out" too`,
    expected: 'a file of its own',
    remedy: 'name another file',
  })
