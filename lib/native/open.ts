// How a shared library and an addon are opened.
import { constants } from 'node:os'
import { ShellacError } from '../errors.js'
import { builtCores, corePath, loaderPath } from './addons.js'

export interface Loader {
  /** Throws the linker's own words. */
  open(path: string): void
  /** Of an open libtorch_cpu: "2.13.0". */
  abiVersion(path: string): string | undefined
  /** Where an open library of that name came from; undefined where none is open. */
  openPath(name: string): string | undefined
}

export function openLoader(): Loader {
  const path = loaderPath()
  if (path !== undefined) return openAddon(path)
  throw new ShellacError('ERR_NO_LIBTORCH', {
    thing: 'the native part',
    found: `no loader for ${process.platform}-${process.arch}`,
    remedy: 'run `npm run build` in a clone of shellac-torch, and use that',
  })
}

/** The core for a minor version of libtorch. */
export function openCore<T>(minor: string): T {
  const path = corePath(minor)
  if (path !== undefined) return openAddon(path)
  throw new ShellacError('ERR_NO_LIBTORCH', {
    thing: 'the native core',
    found: `none for libtorch ${minor}`,
    expected: `libtorch ${builtCores().join(' or ') || 'that a core was built for'}`,
    remedy: remedyFor(minor),
  })
}

/** What brings a libtorch and a core together. */
export function remedyFor(minor?: string): string {
  const cores = builtCores()
  if (cores.length === 0) return 'run `npm run build` in a clone of shellac-torch, and use that'
  const wanted = minor !== undefined && cores.includes(minor) ? minor : cores.at(-1)
  return `run \`npx shellac setup --torch ${wanted}\`, or set SHELLAC_LIBTORCH to a libtorch ${wanted} (a folder with lib/)`
}

function openAddon<T>(path: string): T {
  const module = { exports: {} as T }
  try {
    // RTLD_NOW: with Node's lazy binding a missing symbol would end the process at its first call.
    process.dlopen(module, path, constants.dlopen.RTLD_NOW)
  } catch (error) {
    throw new ShellacError(
      'ERR_NO_LIBTORCH',
      { thing: path, found: (error as Error).message, remedy: 'run `npx shellac doctor`' },
      { cause: error },
    )
  }
  return module.exports
}

export function openLibrary(loader: Loader, path: string): void {
  try {
    loader.open(path)
  } catch (error) {
    throw new ShellacError(
      'ERR_NO_LIBTORCH',
      { thing: path, found: (error as Error).message, remedy: 'run `npx shellac doctor`' },
      { cause: error },
    )
  }
}
