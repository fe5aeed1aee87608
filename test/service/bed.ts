// A service on a real Redis and a real socket. Its worker is a stub that says what a real one would.
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { Worker } from 'bullmq'
import type { Test } from 'tap'
import type { JobQueue, Storage } from '../../lib/queue/contract.js'
import type { JobAnswer, JobData } from '../../lib/queue/job-data.js'
import { connectQueue, type WorkQueue } from '../../lib/queue/queue.js'
import { connectRedis } from '../../lib/queue/redis.js'
import { folderStorage } from '../../lib/queue/storage/folder.js'
import { redisLedger } from '../../lib/service/ledger-redis.js'
import type { ServiceLimits } from '../../lib/service/options.js'
import { createService } from '../../lib/service/service.js'
import { Tokens } from '../../lib/service/tokens.js'
import { startRedis } from '../queue/redis.js'
import { FOLDER } from '../report/folder.js'

export { noRedis } from '../queue/redis.js'

export const TOKENS = { alice: 'a'.repeat(32), bob: 'b'.repeat(32) }
export const as = (owner: keyof typeof TOKENS) => ({ authorization: `Bearer ${TOKENS[owner]}` })

export const LIMITS: ServiceLimits = {
  ...{ uploadBytes: 100_000, uploadRate: 1000, uploads: 3, uploadsPerOwner: 2 },
  ...{ jobsPerOwner: 3, streams: 8, streamsPerOwner: 2, jobSeconds: 60, jobMemory: 512 },
  ...{ jsonBytes: 4096, headerBytes: 4096, patience: 3000, keepAlive: 100 },
}

export interface Bed {
  url: string
  port: number
  stopRedis(): Promise<void>
  queue: WorkQueue
  storage: Storage
  /** As what stops the service tells it. */
  stopping: AbortController
  /** Lets jobs run from now on. */
  work(): Promise<void>
}

export async function openBed(
  t: Test,
  more: {
    limits?: Partial<ServiceLimits>
    open?: boolean
    /** What the service's queue does otherwise. */
    queue?: (queue: WorkQueue) => Partial<JobQueue>
  } = {},
): Promise<Bed> {
  const redis = await startRedis()
  let stopped: Promise<void> | undefined
  const stopRedis = () => (stopped ??= redis.stop())
  const storage = folderStorage(t.testdir())
  const queue = await connectQueue({ redis: redis.url, storage })
  const altered: JobQueue = {
    ...{
      submit: request => queue.submit(request),
      status: id => queue.status(id),
      cancel: id => queue.cancel(id),
    },
    ...{
      watch: (id, signal) => queue.watch(id, signal),
      counts: () => queue.counts(),
      close: () => queue.close(),
    },
    ...more.queue?.(queue),
  }
  const ledger = await redisLedger(redis.url, 'shellac')
  const tokens = Tokens.parse(`alice:${TOKENS.alice},bob:${TOKENS.bob}`, 'the test')
  const stopping = new AbortController()
  const app = await createService(
    {
      ...{ queue: altered, storage, ledger, log: 'silent', limits: { ...LIMITS, ...more.limits } },
      tokens: more.open ? undefined : tokens,
    },
    stopping.signal,
  )
  await app.listen({ port: 0, host: '127.0.0.1' })
  const closing: (() => Promise<unknown>)[] = []
  t.teardown(async () => {
    stopping.abort()
    app.server.closeAllConnections()
    await app.close()
    for (const close of closing) await close()
    await queue.close()
    await ledger.close()
    await stopRedis()
  })
  const { port } = app.server.address() as AddressInfo
  const work = async () => {
    const connection = await connectRedis(redis.url, { patient: true })
    const worker = stubWorker(connection, storage)
    closing.push(async () => {
      await worker.close()
      connection.disconnect()
    })
  }
  return { url: `http://127.0.0.1:${port}`, port, stopRedis, queue, storage, stopping, work }
}

const REPORTS = { purify: 'purify.json', measure: 'measure-c.json', audit: 'audit.json', cell: 'audit.json' }

/** Three words of progress, then the report of such a job. */
function stubWorker(connection: Awaited<ReturnType<typeof connectRedis>>, storage: Storage) {
  return new Worker<JobData, JobAnswer>(
    'shellac',
    async job => {
      for (let done = 1; done <= 3; done++) await job.updateProgress({ step: `unit ${done}`, done, total: 3 })
      const model = await storage.put(Readable.from([Buffer.from(`made by ${job.id}`)]))
      const result = JSON.parse(FOLDER[REPORTS[job.data.kind]] ?? '{}') as Record<string, unknown>
      return { result, outputs: { 'model.safetensors': model } }
    },
    { connection, drainDelay: 1 },
  )
}
