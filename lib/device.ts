import { ShellacError } from './errors.js'
import { loadNative } from './native/core.js'
import { runJob } from './native/job.js'

/** 'auto' becomes 'cuda' where a CUDA device works, otherwise 'cpu'; other names are handed on. */
export async function resolveDevice(device: string): Promise<string> {
  if (device !== 'auto') return device
  const native = await loadNative()
  try {
    await runJob(() => native.probeDevice('cuda'))
    return 'cuda'
  } catch (error) {
    if (error instanceof ShellacError && error.code === 'ERR_DEVICE') return 'cpu'
    throw error
  }
}
