import { type Input, lazySchema, type Settings, type Z } from '../options.js'
import type { Storage } from './contract.js'
import { HASH } from './storage/hash.js'

export const redisOption = (z: Z) => ({
  redis: z.string().min(1).describe('redis://HOST:PORT/DB, rediss:// with TLS, or unix:PATH'),
  name: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, { error: 'letters, digits, dots, hyphens' })
    .default('shellac')
    .describe('of the queue: several can share a Redis'),
})

const storageOption = (z: Z) =>
  z
    .custom<Storage>(value => typeof (value as Storage | null)?.put === 'function', { error: 'a storage' })
    .meta({ codeOnly: true, description: 'where files of jobs are kept: folderStorage() or s3Storage()' })

export const queueOptions = lazySchema(z =>
  z.strictObject({
    ...redisOption(z),
    storage: storageOption(z).optional(),
    keepDays: z
      .number()
      .positive()
      .max(3650)
      .default(30)
      .describe('how long the queue remembers a job that has ended'),
  }),
)
/** Options of connectQueue(). Values and defaults: docs/options.md. */
export type QueueOptions = Input<typeof queueOptions>

const limitsShape = (z: Z) => ({
  seconds: z.number().positive().max(31_536_000).describe('wall-clock time of one attempt'),
  memory: z.int().min(64).max(16_777_216).describe("resident memory of a job's process, MiB"),
})

export const workerOptions = lazySchema(z =>
  z.strictObject({
    ...redisOption(z),
    storage: storageOption(z),
    concurrency: z.int().min(1).max(256).default(1).describe('jobs at once, each in a process of its own'),
    data: z
      .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/), z.string())
      .default({})
      .describe('data that jobs may name: NAME to a source of this machine, such as cifar10:DIR'),
    seconds: limitsShape(z)
      .seconds.default(86_400)
      .describe('longest time of an attempt, whatever the job asks for'),
    memory: limitsShape(z)
      .memory.optional()
      .describe("most resident memory of a job's process, MiB; its share of the machine where left out"),
    scratch: z
      .string()
      .min(1)
      .optional()
      .describe('folder for files of running jobs; in the temporary folder where left out'),
    lockSeconds: z
      .number()
      .min(0.5)
      .max(600)
      .default(10)
      .describe('after so long without a sign of life of its worker a job goes to another'),
    checkpointSeconds: z
      .number()
      .min(0.1)
      .max(86_400)
      .default(10)
      .describe('the checkpoint of a running job goes to the storage at most so often'),
    grace: z
      .number()
      .min(0)
      .max(86_400)
      .default(30)
      .describe('seconds that running jobs get to finish at shutdown; then they are handed back'),
  }),
)
/** Options of startWorker(). Values and defaults: docs/options.md. */
export type WorkerOptions = Input<typeof workerOptions>
export type WorkerSettings = Settings<typeof workerOptions>

export const KINDS = ['purify', 'measure', 'audit', 'cell'] as const
export const ROLES = ['model', 'reference', 'quantized', 'data'] as const

export const requestSchema = lazySchema(z => {
  const file = z.strictObject({
    hash: z.string().regex(HASH, { error: '64 hexadecimal digits' }),
    extension: z.string().regex(/^\.?[A-Za-z0-9]{1,16}$/, { error: 'an extension such as .onnx' }),
  })
  return z.strictObject({
    kind: z.enum(KINDS).describe('the verb'),
    inputs: z.partialRecord(z.enum(ROLES), file).describe('files by role, as the storage knows them'),
    options: z.record(z.string(), z.unknown()).describe('of the verb'),
    priority: z.int().min(1).max(2_097_151).default(1000).describe('1: first'),
    limits: z.strictObject(limitsShape(z)).partial().default({}).describe('of one attempt'),
    attempts: z.int().min(1).max(100).default(3).describe('before the job is dead'),
    owner: z.string().min(1).max(256).optional().describe('who submitted it'),
    id: z.uuid().toLowerCase().optional().describe('of the job; a random UUID where left out'),
  })
})
export type CheckedRequest = Settings<typeof requestSchema>
