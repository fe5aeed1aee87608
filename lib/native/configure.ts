import { ShellacError } from '../errors.js'

/** Where the native parts are, where Shellac does not find them by itself. */
export interface NativeFiles {
  /** A libtorch: a folder with lib/. Goes before SHELLAC_LIBTORCH. */
  libtorch?: string | undefined
  /** The loader addon, for programs that were bundled. */
  loader?: string | undefined
  /** The core for each minor version of libtorch: { '2.13': '/app/torch-2.13.node' }. */
  cores?: Record<string, string> | undefined
}

const files: NativeFiles = {}
let used = false

/** Says where the native parts are. Has to come before anything is computed. */
export function configure(given: NativeFiles): void {
  if (used) {
    throw new ShellacError('ERR_BAD_OPTION', {
      thing: 'configure()',
      found: 'the native core is open already',
      expected: 'a call before the first one that computes',
      remedy: 'call configure() right after the import',
    })
  }
  Object.assign(files, given)
}

export function configured(): NativeFiles {
  return files
}

/** From here on another choice would change nothing. */
export function settle(): void {
  used = true
}

/** The libtorch that was named, undefined where it is to be looked for. */
export function namedLibtorch(): string | undefined {
  return files.libtorch ?? (process.env.SHELLAC_LIBTORCH || undefined)
}
