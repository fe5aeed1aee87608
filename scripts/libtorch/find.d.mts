export interface LibtorchCandidate {
  /** A folder with lib/ and include/. */
  path: string
  /** What it was found by: SHELLAC_LIBTORCH, set-up, VIRTUAL_ENV, CONDA_PREFIX, python3. */
  source: string
  /** As it tells it itself, with its build tag: 2.13.0+cpu. */
  version: string | undefined
  /** Whether it has a CUDA backend (which need not work on this machine). */
  cuda: boolean
  ok: boolean
  /** Why it cannot be used; only where `ok` is false. */
  why?: string
}
/** The minor version of libtorch that the core is built for. */
export const supportedMinor: string
/** The folder that set-up places libtorch in. */
export const placed: string
export function findLibtorch(): LibtorchCandidate | undefined
export function listLibtorch(): LibtorchCandidate[]
