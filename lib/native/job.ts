import type { Started } from '../../binding.js'
import type { Checkpoint } from '../checkpoint/checkpoint.js'
import { fromNative, ShellacError } from '../errors.js'
import { type RawProgress, readable } from './progress.js'

export type { Progress } from './progress.js'

import type { Progress } from './progress.js'

export interface JobControl {
  signal?: AbortSignal | undefined
  onProgress?: ((progress: Progress) => void) | undefined
  /** Of work that can be resumed; read by runResumable(). */
  checkpoint?: Checkpoint | undefined
}

/**
 * Starts a native job and waits for it. The signal stops it (ERR_ABORTED, `cause` is the signal's reason); a progress
 * callback that throws stops it too, and its error is what comes out.
 */
export async function runJob<T>(
  start: (onProgress: (progress: RawProgress) => void) => Started<T>,
  { signal, onProgress }: JobControl = {},
): Promise<T> {
  if (signal?.aborted) throw aborted(signal)
  let thrown: { error: unknown } | undefined
  let started: Started<T> | undefined
  const stop = () => started?.abort()
  const report = readable(progress => {
    if (thrown || signal?.aborted) return
    try {
      onProgress?.(progress)
    } catch (error) {
      thrown = { error }
      stop()
    }
  })
  signal?.addEventListener('abort', stop, { once: true })
  try {
    started = start(report)
    const result = await started.promise
    if (thrown === undefined && !signal?.aborted) return result
  } catch (error) {
    if (thrown === undefined && !signal?.aborted) throw fromNative(error)
  } finally {
    signal?.removeEventListener('abort', stop)
  }
  if (thrown) throw thrown.error
  throw aborted(signal)
}

export function aborted(signal: AbortSignal | undefined): ShellacError {
  return new ShellacError(
    'ERR_ABORTED',
    { thing: 'the job', found: 'stopped by its AbortSignal' },
    { cause: signal?.reason },
  )
}
