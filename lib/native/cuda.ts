// The CUDA backend of a libtorch. It registers itself when it is opened, and libtorch asks only once whether there is
// one. So it has to be open before the core computes anything; and only where there is a GPU, since it takes seconds
// and much memory. A backend that does not fit the driver can end the process, so a child process tries it first.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isProven, prove } from './cuda-proof.js'
import type { CudaCare } from './load.js'
import type { Loader } from './open.js'
import { canTryDevices, tryDevice } from './try-device.js'

/** Opens the backend; gives why not, with a warning where there is a GPU that could have been used. */
export async function openCuda(
  loader: Loader,
  libtorch: string,
  care: CudaCare,
): Promise<string | undefined> {
  if (!hasNvidiaDevice()) return 'there is no NVIDIA device on this machine'
  const trouble = (await failedProbe(libtorch, care)) ?? opened(loader, libtorch)
  if (trouble !== undefined && care === 'probe') {
    process.emitWarning(`CUDA cannot be used, the CPU is: ${trouble}`, {
      type: 'ShellacWarning',
      code: 'SHELLAC_NO_CUDA',
      detail: 'Run `npx shellac doctor`. To use the CPU without this warning: CUDA_VISIBLE_DEVICES=-1',
    })
  }
  return trouble
}

async function failedProbe(libtorch: string, care: CudaCare): Promise<string | undefined> {
  if (care === 'trust' || !canTryDevices() || isProven(libtorch)) return undefined
  const { works, why } = await tryDevice('cuda', libtorch)
  if (works) prove(libtorch)
  return works ? undefined : (why ?? 'it does not work')
}

function opened(loader: Loader, libtorch: string): string | undefined {
  try {
    for (const name of ['libc10_cuda.so', 'libtorch_cuda.so']) loader.open(join(libtorch, 'lib', name))
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** A device that the process is allowed to see. */
export function hasNvidiaDevice(): boolean {
  if (['', '-1'].includes(process.env.CUDA_VISIBLE_DEVICES ?? 'all')) return false
  return ['/dev/nvidiactl', '/dev/dxg'].some(path => existsSync(path))
}
