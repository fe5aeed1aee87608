import { availableParallelism, totalmem } from 'node:os'
import type { Worker } from 'bullmq'
import { parse } from '../options.js'
import type { Place } from './attempt.js'
import type { JobAnswer, JobData } from './job-data.js'
import { Marks } from './marks.js'
import { type WorkerOptions, type WorkerSettings, workerOptions } from './options.js'
import { loadBullmq } from './packages.js'
import { connectRedis } from './redis.js'
import { runJob } from './run-job.js'
import { openScratch } from './scratch.js'

export interface AttemptEnd {
  id: string
  kind: string
  /** "ERR_...: ..." of an attempt that failed; the job may get another. */
  error?: string
}

/** A worker that runs. */
export interface WorkerHandle {
  /** Calls back at the end of each attempt that this worker made. */
  onEnd(listener: (end: AttemptEnd) => void): void
  /**
   * Takes no more jobs, gives those that run `grace` seconds to finish, and hands back the others, which go on elsewhere
   * from their checkpoints. Called again with a shorter time, it shortens the grace.
   */
  close(grace?: number): Promise<void>
}

/** A worker's death is hardly ever the fault of its job, whose process is apart. */
const MOST_LOSSES = 20
const LOOK_FOR_LOST_MS = 2000
const KEEP_DAYS = 30

/**
 * Takes jobs from the queue and runs each in a process of its own, until it is closed. A job whose worker dies goes to
 * another after `lockSeconds`, and on from its last checkpoint.
 *
 * @throws ERR_QUEUE where Redis does not answer; ERR_BAD_OPTION, also where bullmq or ioredis is not installed
 * @example const worker = await startWorker({ redis, storage: folderStorage('./files'), concurrency: 2 })
 */
export async function startWorker(options: WorkerOptions): Promise<WorkerHandle> {
  const settings = await parse('startWorker', workerOptions, options)
  const bullmq = await loadBullmq()
  const redis = await connectRedis(settings.redis, { patient: true })
  const scratch = await openScratch(settings.scratch)
  const marks = new Marks(redis, settings.name, KEEP_DAYS)
  const place: Place = { ...settings, ...scratch, marks, limits: limitsOf(settings) }
  const lockDuration = settings.lockSeconds * 1000
  const worker: Worker<JobData, JobAnswer> = new bullmq.Worker(
    settings.name,
    (job, token, signal) => runJob(bullmq, place, job, token, signal as AbortSignal),
    {
      connection: redis,
      concurrency: settings.concurrency,
      lockDuration,
      stalledInterval: Math.min(lockDuration / 2, LOOK_FOR_LOST_MS),
      maxStalledCount: MOST_LOSSES,
      drainDelay: 1,
    },
  )
  worker.on('error', () => {}) // Redis away for a while: the worker waits for it
  worker.on('lockRenewalFailed', ids => {
    for (const id of ids) worker.cancelJob(id, 'TAKEN_AWAY')
  })
  worker.on('completed', ({ id = '' }) => void marks.uncancel(id).catch(() => {}))
  return handleOf(worker, settings.grace, async () => {
    await redis.quit().catch(() => redis.disconnect())
    await scratch.clear()
  })
}

function handleOf(
  worker: Worker<JobData, JobAnswer>,
  usual: number,
  release: () => Promise<void>,
): WorkerHandle {
  let closing: Promise<void> | undefined
  return {
    onEnd: listener => {
      worker.on('completed', ({ id = '', name }) => listener({ id, kind: name }))
      worker.on('failed', (job, { message }) =>
        listener({ id: job?.id ?? '', kind: job?.name ?? '', error: message }),
      )
    },
    close: async (grace = usual) => {
      const timer = setTimeout(() => worker.cancelAllJobs('HANDED_BACK'), grace * 1000)
      closing ??= worker.close().then(release)
      await closing.finally(() => clearTimeout(timer))
    },
  }
}

function limitsOf({ seconds, memory, concurrency }: WorkerSettings): Place['limits'] {
  const share = Math.floor((0.9 * totalmem()) / 2 ** 20 / Math.min(concurrency, availableParallelism()))
  return { seconds, memory: memory ?? share }
}
