// How verbs use checkpoints: resumable() around their body, runResumable() in the place of runJob().
import type { Keeping, Started } from '../../binding.js'
import { ShellacError } from '../errors.js'
import { loadNative } from '../native/core.js'
import { type JobControl, runJob } from '../native/job.js'
import type { RawProgress } from '../native/progress.js'
import { Checkpoint } from './checkpoint.js'
import type { Work } from './identity.js'

/** Runs a verb's work with its option `checkpoint` opened. A file that was named by its path is deleted at the end. */
export async function resumable<T>(
  checkpoint: string | Checkpoint | undefined,
  control: JobControl,
  work: (control: JobControl) => Promise<T>,
): Promise<T> {
  if (checkpoint === undefined) return work(control)
  const opened = typeof checkpoint === 'string' ? new Checkpoint(checkpoint) : checkpoint
  try {
    const result = await work({ ...control, checkpoint: opened })
    if (opened !== checkpoint) await opened.remove()
    return result
  } catch (error) {
    throw opened.onDisk ? withWayOn(error, opened.path) : error
  }
}

/** As runJob(). With a checkpoint the job goes on from what an earlier one kept, and keeps how far it is. */
export async function runResumable<T>(
  work: Work,
  start: (onProgress: (progress: RawProgress) => void, keeping?: Keeping) => Started<T>,
  control: JobControl,
): Promise<T> {
  const { checkpoint, signal } = control
  if (!checkpoint) return runJob(report => start(report), control)
  const { identityOf } = await import('./identity.js')
  const stage = await checkpoint.stage(await identityOf(work, await loadNative(), signal))
  const failing = new AbortController()
  const { from, everyMs } = stage
  const keep: Keeping['keep'] = kept => void stage.keep(kept).catch(error => failing.abort(error))
  const stopping = { ...control, signal: signal ? AbortSignal.any([signal, failing.signal]) : failing.signal }
  try {
    return await runJob(report => start(report, { from, everyMs, keep }), stopping)
  } catch (error) {
    throw failing.signal.aborted && !signal?.aborted ? failing.signal.reason : error
  } finally {
    await stage.settled()
  }
}

function withWayOn(error: unknown, path: string): unknown {
  if (!(error instanceof ShellacError) || error.code !== 'ERR_ABORTED') return error
  const remedy = `run the same again to go on: the work so far is kept in ${path}`
  return new ShellacError('ERR_ABORTED', { ...error.complaint, remedy }, { cause: error.cause })
}
