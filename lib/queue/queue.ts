import type { Queue, QueueEvents } from 'bullmq'
import type { Redis } from 'ioredis'
import { ShellacError } from '../errors.js'
import { parse, type Settings } from '../options.js'
import type { JobQueue, JobRequest, JobState, JobStatus } from './contract.js'
import type { JobAnswer, JobData } from './job-data.js'
import { checkJobOptions } from './kinds/options.js'
import { Marks } from './marks.js'
import { type QueueOptions, queueOptions, requestSchema } from './options.js'
import { loadBullmq } from './packages.js'
import { connectRedis, reaching } from './redis.js'
import { describe, ENDED, statusOf } from './status.js'
import { changesOf } from './watch.js'

/** A queue, and its dead letters. */
export interface WorkQueue extends JobQueue {
  /** Jobs that failed for good, the last one first: out of attempts, or with an error that no other attempt mends. */
  deadJobs(limit?: number): Promise<JobStatus[]>
  /** Gives a dead job all its attempts again. false where there is no such dead job. */
  retryDead(id: string): Promise<boolean>
}

const BACKOFF_MS = 1000

/**
 * Connects to the queue of that name; it comes to be with its first job.
 *
 * @throws ERR_QUEUE where Redis does not answer; ERR_BAD_OPTION, also where bullmq or ioredis is not installed
 * @example const queue = await connectQueue({ redis: 'redis://127.0.0.1:6379', storage: folderStorage('./files') })
 */
export async function connectQueue(options: QueueOptions): Promise<WorkQueue> {
  const settings = await parse('connectQueue', queueOptions, options)
  const { Queue, QueueEvents } = await loadBullmq()
  const redis = await connectRedis(settings.redis)
  const queue = new Queue<JobData, JobAnswer>(settings.name, { connection: redis })
  queue.on('error', () => {}) // what a command could not do, the command says
  const listen = async () => {
    const [seconds] = await reaching(redis.time())
    const events = new QueueEvents(settings.name, {
      connection: redis.duplicate({ maxRetriesPerRequest: null }),
      lastEventId: `${(Number(seconds) - 1) * 1000}-0`, // else what happens while it connects would be lost
    })
    events.on('error', () => {})
    events.setMaxListeners(0) // a few for each job that is watched
    return events
  }
  return new BullQueue(settings, redis, queue, listen)
}

class BullQueue implements WorkQueue {
  readonly #settings: Settings<typeof queueOptions>
  readonly #redis: Redis
  readonly #queue: Queue<JobData, JobAnswer>
  readonly #listen: () => Promise<QueueEvents>
  readonly #marks: Marks
  #events: Promise<QueueEvents> | undefined

  constructor(
    settings: Settings<typeof queueOptions>,
    redis: Redis,
    queue: Queue<JobData, JobAnswer>,
    listen: () => Promise<QueueEvents>,
  ) {
    this.#settings = settings
    this.#redis = redis
    this.#queue = queue
    this.#listen = listen
    this.#marks = new Marks(redis, settings.name, settings.keepDays)
  }

  async submit(request: JobRequest): Promise<string> {
    const {
      id: jobId = crypto.randomUUID(),
      priority,
      attempts,
      ...data
    } = await parse('submit', requestSchema, request)
    await checkJobOptions(data)
    for (const { hash } of Object.values(data.inputs)) await this.#checkStored(hash)
    const age = Math.ceil(this.#settings.keepDays * 86_400)
    await reaching(
      this.#queue.add(data.kind, data, {
        jobId,
        priority,
        attempts,
        backoff: { type: 'exponential', delay: BACKOFF_MS },
        removeOnComplete: { age },
        removeOnFail: { age },
        stackTraceLimit: 0,
      }),
    )
    return jobId
  }

  status(id: string): Promise<JobStatus | undefined> {
    return reaching(statusOf(this.#queue, this.#marks, id))
  }

  async cancel(id: string): Promise<boolean> {
    const status = await this.status(id)
    if (!status || ENDED.has(status.state)) return false
    const finished = new Date().toISOString()
    const error = { code: 'ERR_ABORTED', message: 'the job: cancelled' }
    await reaching(this.#marks.cancel({ ...status, state: 'cancelled', error, finished }))
    // Fails for a running job, which its worker stops as soon as it sees the mark.
    const job = await this.#queue.getJob(id)
    await job?.remove().catch(() => {})
    if ((await this.#queue.getJobState(id)) !== 'completed') return true
    await reaching(this.#marks.uncancel(id))
    return false
  }

  watch(id: string, signal?: AbortSignal): AsyncIterable<JobStatus> {
    this.#events ??= this.#listen()
    return changesOf(id, this.#events, () => this.status(id), signal)
  }

  async counts(): Promise<Record<JobState, number>> {
    const states = ['waiting', 'prioritized', 'delayed', 'active', 'completed', 'failed'] as const
    const found = await reaching(this.#queue.getJobCounts(...states))
    const { waiting = 0, prioritized = 0, delayed = 0, active = 0, completed = 0, failed = 0 } = found
    const cancelled = await reaching(this.#marks.countCancelled())
    return { waiting: waiting + prioritized, delayed, active, completed, failed, cancelled }
  }

  async deadJobs(limit = 1000): Promise<JobStatus[]> {
    const jobs = await reaching(this.#queue.getFailed(0, limit - 1))
    return jobs.map(job => describe(job, 'failed'))
  }

  async retryDead(id: string): Promise<boolean> {
    if ((await reaching(this.#queue.getJobState(id))) !== 'failed') return false
    const job = await reaching(this.#queue.getJob(id))
    await reaching(
      job?.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true }) ?? Promise.resolve(),
    )
    return job !== undefined
  }

  async close(): Promise<void> {
    await (await this.#events?.catch(() => undefined))?.close()
    await this.#queue.close()
    await this.#redis.quit().catch(() => this.#redis.disconnect())
  }

  async #checkStored(hash: string): Promise<void> {
    const { storage } = this.#settings
    if (!storage) {
      throw new ShellacError('ERR_BAD_OPTION', {
        thing: 'job with files',
        found: 'a queue without storage',
        expected: 'connectQueue({ storage, ... })',
      })
    }
    if (await storage.has(hash)) return
    throw new ShellacError('ERR_BAD_DATA', {
      thing: `file ${hash}`,
      found: 'nothing in the storage',
      expected: 'a file that was stored before the job is submitted',
      remedy: 'call storage.put() first',
    })
  }
}
