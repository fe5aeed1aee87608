// PyTorch as the baseline: a python3 whose torch can be imported.
import { spawnSync } from 'node:child_process'
import { servant } from './servant.mjs'

const PROBE = 'import torch; print(torch.__version__)'

/**
 * SHELLAC_PYTHON where it is set, otherwise the python3 on PATH.
 *
 * @returns {{ torch?: string, why?: string, open(script: string, options?: { threads?: number }):
 *   ReturnType<typeof servant> | undefined }} torch: its version; why: what is missing. open() starts a script, with so
 *   many threads of OpenMP, and gives undefined where there is no PyTorch.
 */
export function findPython() {
  const command = process.env.SHELLAC_PYTHON || 'python3'
  const { stdout, stderr, error, status } = spawnSync(command, ['-c', PROBE], { encoding: 'utf8' })
  const torch = status === 0 ? stdout.trim() : undefined
  const why = torch ? undefined : `${command}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`
  const open = (script, { threads } = {}) =>
    servant(command, ['-u', script], threads && { OMP_NUM_THREADS: String(threads) })
  return { torch, why, open: (...args) => (torch ? open(...args) : undefined) }
}
