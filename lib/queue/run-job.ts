// What a worker does with a job that BullMQ hands it, in BullMQ's terms.
import { fromNative } from '../errors.js'
import { attempt, type Place } from './attempt.js'
import { failureText, mayMend } from './failure.js'
import type { JobAnswer, QueuedJob } from './job-data.js'
import type { loadBullmq } from './packages.js'
import { CANCELLED, HANDED_BACK, stopperOf } from './stops.js'

type Bullmq = Awaited<ReturnType<typeof loadBullmq>>

export async function runJob(
  { UnrecoverableError, WaitingError }: Bullmq,
  place: Place,
  job: QueuedJob,
  token: string | undefined,
  signal: AbortSignal,
): Promise<JobAnswer> {
  const stop = await stopperOf(job, place.marks, signal)
  try {
    return await attempt(job, place, stop.signal)
  } catch (error) {
    if (error === HANDED_BACK) {
      await job.moveToWait(token)
      throw new WaitingError()
    }
    if (error === CANCELLED) job.opts.removeOnFail = true // its mark has its last status
    const failure = fromNative(error)
    throw mayMend(failure)
      ? new Error(failureText(failure), { cause: error })
      : new UnrecoverableError(failureText(failure))
  } finally {
    stop.release()
  }
}
