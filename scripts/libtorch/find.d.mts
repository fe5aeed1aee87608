export interface LibtorchCandidate {
  /** A folder with lib/, and include/ where something can be built against it. */
  path: string
  /** What it was found by: SHELLAC_LIBTORCH, the package that holds it, set-up, shellac setup, VIRTUAL_ENV, CONDA_PREFIX,
   * python3. */
  source: string
  /** As it tells it itself, with its build tag: 2.13.0+cpu. */
  version: string | undefined
  /** Whether it has a CUDA backend (which need not work on this machine). */
  cuda: boolean
  /** Whether a core can be built against it. */
  headers: boolean
  ok: boolean
  /** Why it cannot be used; only where `ok` is false. */
  why?: string
}
/** The minor versions of libtorch that Shellac's source is written for. */
export const supportedMinors: string[]
/** What set-up fetches where nothing else is said. */
export const defaultVersion: string
/** "2.13" of "2.13.0+cpu". */
export function minorOf(version: string): string
/** The folder of a clone that set-up places libtorch in. */
export const placed: string
/** The package that holds a libtorch for this platform. */
export const vendoredPackage: string
/** `named`: SHELLAC_LIBTORCH where it is undefined. */
export function findLibtorch(named?: string): LibtorchCandidate | undefined
export function listLibtorch(named?: string): LibtorchCandidate[]
