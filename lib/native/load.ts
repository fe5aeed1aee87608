import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Native } from '../../binding.js'
import { type LibtorchCandidate, minorOf } from '../../scripts/libtorch/find.mjs'
import { ShellacError } from '../errors.js'
import { choose } from './choose.js'
import { settle } from './configure.js'
import { openCuda } from './cuda.js'
import { type Loader, openCore, openLibrary, openLoader } from './open.js'

/** What was opened, for `doctor`. */
export interface Loaded {
  native: Native
  /** A folder with lib/. */
  libtorch: string
  /** Why libtorch's CUDA backend was not opened, though there is one. */
  cudaTrouble?: string
}

/** Whether the CUDA backend is tried in a child process before it is opened here. */
export type CudaCare = 'probe' | 'trust'

let loaded: Loaded | undefined
let opening: Promise<Loaded> | undefined

/** The native core. The first call finds and opens libtorch (half a second); `import` alone opens nothing. */
export async function loadNative(): Promise<Native> {
  return (await load()).native
}

/** The native core and how it was opened. A failure is not remembered: the next call tries again. */
export async function load(care: CudaCare = 'probe'): Promise<Loaded> {
  if (loaded) return loaded
  opening ??= open(care).finally(() => {
    opening = undefined
  })
  loaded = await opening
  return loaded
}

async function open(care: CudaCare): Promise<Loaded> {
  const loader = openLoader()
  const { path: libtorch, cuda } = inProcess(loader) ?? choose()
  openLibtorch(loader, libtorch)
  const minor = minorOf(abiVersion(loader, libtorch))
  const cudaTrouble = cuda ? await openCuda(loader, libtorch, care) : undefined
  const native = openCore<Native>(minor)
  settle()
  // process.exit() destroys libtorch's statics under a running job, which crashes; env hooks run too late for it.
  process.once('exit', () => native.halt())
  return { native, libtorch, ...(cudaTrouble === undefined ? {} : { cudaTrouble }) }
}

// A process can hold one libtorch: where another copy of Shellac, or another addon, has opened one, it has to do. (A
// second one would share the first one's libc10.)
function inProcess(loader: Loader): Pick<LibtorchCandidate, 'path' | 'cuda'> | undefined {
  const open = loader.openPath('libtorch_cpu.so')
  return open === undefined ? undefined : { path: dirname(dirname(open)), cuda: false }
}

function openLibtorch(loader: Loader, libtorch: string): void {
  const lib = join(libtorch, 'lib')
  // OpenMP's threads spin while they wait, by default; on a machine that does other work too, two such threads have
  // been measured 27 times slower than one. It reads its environment once, when it is opened.
  process.env.OMP_WAIT_POLICY ??= 'PASSIVE'
  // OpenMP's run time first: opened as a dependency it may find no room for its thread-local data (arm64).
  for (const name of readdirSync(lib).filter(file => /^libgomp.*\.so/.test(file))) {
    openLibrary(loader, join(lib, name))
  }
  openLibrary(loader, join(lib, 'libtorch_cpu.so'))
}

function abiVersion(loader: Loader, libtorch: string): string {
  const path = join(libtorch, 'lib', 'libtorch_cpu.so')
  const version = loader.abiVersion(path)
  if (version !== undefined) return version
  throw new ShellacError('ERR_NO_LIBTORCH', {
    thing: path,
    found: 'a library that does not tell its version',
    expected: 'a libtorch',
    remedy: 'run `npx shellac doctor`',
  })
}
