// Why a job stops before its end.
import { ShellacError } from '../errors.js'
import type { QueuedJob } from './job-data.js'
import type { Marks } from './marks.js'

export const CANCELLED = new ShellacError('ERR_ABORTED', { thing: 'the job', found: 'cancelled' })
export const HANDED_BACK = new ShellacError('ERR_QUEUE', { thing: "the job's worker", found: 'shut down' })
export const TAKEN_AWAY = new ShellacError('ERR_QUEUE', {
  thing: "the job's worker",
  found: 'silent for so long that another one has the job',
})

const LOOK_EVERY_MS = 250

export interface Stopper {
  /** Its reason is one of the above. */
  signal: AbortSignal
  release(): void
}

/** @param given the signal of BullMQ, whose reason is the name of one of the above */
export async function stopperOf(job: QueuedJob, marks: Marks, given: AbortSignal): Promise<Stopper> {
  const controller = new AbortController()
  const pass = () => controller.abort(given.reason === 'HANDED_BACK' ? HANDED_BACK : TAKEN_AWAY)
  given.addEventListener('abort', pass, { once: true })
  const look = async () => {
    if (await marks.cancelled(job.id ?? '')) controller.abort(CANCELLED)
  }
  const timer = setInterval(() => void look().catch(() => {}), LOOK_EVERY_MS)
  await look()
  return {
    signal: controller.signal,
    release: () => {
      clearInterval(timer)
      given.removeEventListener('abort', pass)
    },
  }
}
