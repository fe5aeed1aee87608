import { existsSync, readdirSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Native } from '../../binding.js'
import {
  findLibtorch,
  type LibtorchCandidate,
  listLibtorch,
  supportedMinor,
} from '../../scripts/libtorch/find.mjs'
import { ShellacError } from '../errors.js'
import { addonPath } from './addons.js'

interface Loader {
  /** Throws the linker's own words. */
  open(path: string): void
  abiVersion(path: string): string | undefined
}

/** What was opened, for `doctor`. */
export interface Loaded {
  native: Native
  libtorch: LibtorchCandidate
  /** Why libtorch's CUDA backend was not opened, though there is one. */
  cudaTrouble?: string
}

let loaded: Loaded | undefined

/** The native core. The first call finds and opens libtorch (half a second); `import` alone opens nothing. */
export async function loadNative(): Promise<Native> {
  return load().native
}

/** The native core and how it was opened. A failure is not remembered: the next call tries again. */
export function load(): Loaded {
  loaded ??= open()
  return loaded
}

function open(): Loaded {
  const loader = openAddon<Loader>('shellac_loader.node')
  const libtorch = find()
  const cudaTrouble = openLibtorch(loader, libtorch)
  const native = openAddon<Native>('shellac.node')
  // process.exit() destroys libtorch's statics under a running job, which crashes; env hooks run too late for it.
  process.once('exit', () => native.halt())
  return { native, libtorch, ...(cudaTrouble === undefined ? {} : { cudaTrouble }) }
}

function find(): LibtorchCandidate {
  const found = findLibtorch()
  if (found !== undefined) return found
  const refused = listLibtorch().map(({ path, why }) => `${path}: ${why}`)
  throw new ShellacError('ERR_NO_LIBTORCH', {
    thing: 'libtorch',
    found: refused.length === 0 ? 'none on this machine' : `none that can be used (${refused.join('; ')})`,
    expected: `version ${supportedMinor}`,
    remedy: 'run `npm run setup`, or set SHELLAC_LIBTORCH to a folder with its lib/ and include/',
  })
}

function openLibtorch(loader: Loader, { path, cuda }: LibtorchCandidate): string | undefined {
  const library = (name: string) => join(path, 'lib', name)
  const cpu = library('libtorch_cpu.so')
  // OpenMP's threads spin while they wait, by default; on a machine that does other work too, two such threads have
  // been measured 27 times slower than one. It reads its environment once, when it is opened.
  process.env.OMP_WAIT_POLICY ??= 'PASSIVE'
  // OpenMP's run time first: opened as a dependency it may find no room for its thread-local data (arm64).
  for (const name of readdirSync(join(path, 'lib')).filter(file => /^libgomp.*\.so/.test(file))) {
    openLibrary(loader, library(name))
  }
  openLibrary(loader, cpu)
  checkVersion(loader.abiVersion(cpu), cpu)
  return cuda ? openCuda(loader, library) : undefined
}

// The CUDA backend registers itself when it is opened, and libtorch asks only once whether there is one. So it has to
// be open before the core computes anything; and only where there is a GPU, since it takes seconds and much memory.
function openCuda(loader: Loader, library: (name: string) => string): string | undefined {
  if (!hasNvidiaDevice()) return 'there is no NVIDIA device on this machine'
  try {
    for (const name of ['libc10_cuda.so', 'libtorch_cuda.so']) loader.open(library(name))
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

export function hasNvidiaDevice(): boolean {
  return ['/dev/nvidiactl', '/dev/dxg'].some(path => existsSync(path))
}

function openLibrary(loader: Loader, path: string): void {
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

function checkVersion(version: string | undefined, path: string): void {
  if (version?.startsWith(`${supportedMinor}.`)) return
  throw new ShellacError('ERR_NO_LIBTORCH', {
    thing: path,
    found: `version ${version ?? 'unknown'}`,
    expected: supportedMinor,
    remedy: 'run `npm run setup`, or set SHELLAC_LIBTORCH to a libtorch of that version',
  })
}

function openAddon<T>(name: 'shellac_loader.node' | 'shellac.node'): T {
  const path = addonPath(name)
  const thing = 'the native core'
  if (path === undefined) {
    throw new ShellacError('ERR_NO_LIBTORCH', {
      thing,
      found: `${name} is not built for ${process.platform}-${process.arch}`,
      remedy: 'run `npm run build` in the folder of shellac-torch',
    })
  }
  const module = { exports: {} as T }
  try {
    // RTLD_NOW: with Node's lazy binding a missing symbol would end the process at its first call.
    process.dlopen(module, path, constants.dlopen.RTLD_NOW)
  } catch (error) {
    throw new ShellacError(
      'ERR_NO_LIBTORCH',
      {
        thing,
        found: (error as Error).message,
        remedy: 'run `npm run build` in the folder of shellac-torch',
      },
      { cause: error },
    )
  }
  return module.exports
}
