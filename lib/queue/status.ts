// A job of BullMQ as the contract has it.
import type { JobState as BullState, Queue } from 'bullmq'
import type { JobKind, JobState, JobStatus } from './contract.js'
import { failureOf } from './failure.js'
import type { JobAnswer, JobData, JobProgress, QueuedJob } from './job-data.js'
import type { Marks } from './marks.js'

const STATES: Record<BullState, JobState> = {
  waiting: 'waiting',
  prioritized: 'waiting',
  'waiting-children': 'waiting',
  delayed: 'delayed',
  active: 'active',
  completed: 'completed',
  failed: 'failed',
}

export const ENDED: ReadonlySet<JobState> = new Set<JobState>(['completed', 'failed', 'cancelled'])

/** undefined where nobody knows the job. */
export async function statusOf(
  queue: Queue<JobData, JobAnswer>,
  marks: Marks,
  id: string,
): Promise<JobStatus | undefined> {
  const found = await queue.getJobState(id)
  const job = found === 'unknown' ? undefined : await queue.getJob(id)
  const cancelled = await marks.cancelled(id)
  if (!job || found === 'unknown') return cancelled
  const state = STATES[found]
  if (cancelled && state !== 'completed') return { ...cancelled, attempts: job.attemptsStarted }
  // The job was read after its state: what has ended since is told the next time.
  return describe(job, state)
}

export function describe(job: QueuedJob, state: JobState): JobStatus {
  const { id = '', data, attemptsStarted, returnvalue, failedReason, timestamp, finishedOn } = job
  return {
    id,
    kind: data.kind as JobKind,
    state,
    owner: data.owner,
    attempts: attemptsStarted,
    progress: isProgress(job.progress) ? job.progress : undefined,
    result: state === 'completed' ? returnvalue?.result : undefined,
    outputs: state === 'completed' ? (returnvalue?.outputs ?? {}) : {},
    error: state !== 'completed' && failedReason ? failureOf(failedReason) : undefined,
    submitted: new Date(timestamp).toISOString(),
    finished: ENDED.has(state) && finishedOn ? new Date(finishedOn).toISOString() : undefined,
  }
}

const isProgress = (value: unknown): value is JobProgress =>
  typeof value === 'object' && value !== null && 'step' in value
