import { availableParallelism, totalmem } from 'node:os'
import type { Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { fromNative, ShellacError } from '../errors.js'
import { parse } from '../options.js'
import { attempt, type Place } from './attempt.js'
import { failureText, mayMend } from './failure.js'
import type { JobAnswer, JobData, QueuedJob } from './job-data.js'
import { Marks } from './marks.js'
import { type WorkerOptions, type WorkerSettings, workerOptions } from './options.js'
import { loadBullmq } from './packages.js'
import { connectRedis } from './redis.js'
import { openScratch } from './scratch.js'

export interface WorkerHandle {
  /** Jobs that run here now. */
  readonly running: number
  /** Calls back for each job that ends here, well or not. */
  onEnd(listener: (job: { id: string; kind: string; error?: string }) => void): void
  /**
   * Takes no more jobs, gives those that run `grace` seconds to finish, and hands back the others, which go on elsewhere
   * from their checkpoints. Called again with a shorter time, it shortens the grace.
   */
  close(grace?: number): Promise<void>
}

/** Why a job stops before its end. */
const CANCELLED = new ShellacError('ERR_ABORTED', { thing: 'the job', found: 'cancelled' })
const HANDED_BACK = new ShellacError('ERR_QUEUE', { thing: "the job's worker", found: 'shut down' })
const TAKEN_AWAY = new ShellacError('ERR_QUEUE', { thing: "the job's worker", found: 'silent for too long' })

/** A worker's death is hardly ever its job's fault, whose process is apart. */
const MOST_LOSSES = 20
const CANCELLED_EVERY_MS = 250

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
  const scratch = await openScratch(settings.scratch)
  const redis = await connectRedis(settings.redis, { patient: true })
  const marks = new Marks(redis, settings.name, 30)
  const place: Place = { ...settings, ...scratch, marks, limits: limitsOf(settings) }
  const lockDuration = settings.lockSeconds * 1000
  const worker: Worker<JobData, JobAnswer> = new bullmq.Worker(
    settings.name,
    (job, token, signal) => process_(bullmq, job, token, place, signal as AbortSignal),
    {
      connection: redis,
      concurrency: settings.concurrency,
      lockDuration,
      stalledInterval: lockDuration / 2,
      maxStalledCount: MOST_LOSSES,
      drainDelay: 1,
    },
  )
  return handleOf(worker, redis, settings, scratch.clear, marks)
}

function handleOf(
  worker: Worker<JobData, JobAnswer>,
  redis: Redis,
  { grace: usual }: WorkerSettings,
  clear: () => Promise<void>,
  marks: Marks,
): WorkerHandle {
  let running = 0
  let closing: Promise<void> | undefined
  worker.on('error', () => {}) // Redis away for a while: the worker waits for it
  worker.on('active', () => running++)
  worker.on('lockRenewalFailed', ids => ids.forEach(id => worker.cancelJob(id, 'taken away')))
  worker.on('completed', job => void marks.uncancel(job.id ?? '').catch(() => {}))
  for (const event of ['completed', 'failed'] as const) worker.on(event, () => running--)
  const close = async () => {
    await worker.close()
    await redis.quit().catch(() => redis.disconnect())
    await clear()
  }
  return {
    get running() {
      return running
    },
    onEnd: listener => {
      worker.on('completed', ({ id = '', name }) => listener({ id, kind: name }))
      worker.on('failed', (job, { message }) =>
        listener({ id: job?.id ?? '', kind: job?.name ?? '', error: message }),
      )
    },
    close: async (grace = usual) => {
      const timer = setTimeout(() => worker.cancelAllJobs('handed back'), grace * 1000)
      closing ??= close()
      await closing.finally(() => clearTimeout(timer))
    },
  }
}

type Bullmq = Awaited<ReturnType<typeof loadBullmq>>

async function process_(
  { UnrecoverableError, WaitingError }: Bullmq,
  job: QueuedJob,
  token: string | undefined,
  place: Place,
  given: AbortSignal,
): Promise<JobAnswer> {
  const stop = stopperOf(job, place.marks, given)
  try {
    await stop.look()
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

/** A signal whose reason says why the job stops: cancelled, its worker shuts down, or another worker has it. */
function stopperOf(job: QueuedJob, marks: Marks, given: AbortSignal) {
  const controller = new AbortController()
  const reasons: Record<string, ShellacError> = { 'handed back': HANDED_BACK, 'taken away': TAKEN_AWAY }
  const pass = () => controller.abort(reasons[String(given.reason)] ?? TAKEN_AWAY)
  given.addEventListener('abort', pass, { once: true })
  const look = async () => {
    if (await marks.cancelled(job.id ?? '')) controller.abort(CANCELLED)
  }
  const timer = setInterval(() => void look().catch(() => {}), CANCELLED_EVERY_MS)
  return {
    signal: controller.signal,
    look,
    release: () => {
      clearInterval(timer)
      given.removeEventListener('abort', pass)
    },
  }
}

function limitsOf({ seconds, memory, concurrency }: WorkerSettings): Place['limits'] {
  const share = Math.floor((0.9 * totalmem()) / 2 ** 20 / Math.min(concurrency, availableParallelism()))
  return { seconds, memory: memory ?? share }
}
