import { type Input, lazySchema, type Settings, type Z } from '../options.js'
import { redisOption } from '../queue/options.js'

const MIB = 2 ** 20

/** What one owner, and all of them, may ask of the service. */
const limitOptions = (z: Z) => ({
  maxUpload: z.int().min(1).max(1_048_576).default(2048).describe('largest file, in MiB'),
  minRate: z
    .int()
    .min(0)
    .max(1_048_576)
    .default(16)
    .describe('slowest upload, in KiB a second over ten seconds; 0: as slow as it likes'),
  uploads: z.int().min(1).max(1024).default(8).describe('uploads at once'),
  uploadsPerOwner: z.int().min(1).max(1024).default(4).describe('uploads at once of one owner'),
  jobsPerOwner: z.int().min(1).max(100_000).default(50).describe('jobs of one owner that have not ended'),
  streams: z.int().min(1).max(10_000).default(256).describe('streams of progress at once'),
  streamsPerOwner: z
    .int()
    .min(1)
    .max(10_000)
    .default(32)
    .describe('streams of progress at once of one owner'),
  maxSeconds: z.int().min(1).max(604_800).default(3600).describe('longest time that a job may ask for'),
  maxMemory: z
    .int()
    .min(64)
    .max(4_194_304)
    .default(8192)
    .describe('most memory that a job may ask for, in MiB'),
})

export const serveOptions = lazySchema(z => {
  const { redis, name } = redisOption(z)
  return z.strictObject({
    redis: redis.optional().describe(`${redis.description}; without it the service starts one of its own`),
    name,
    storage: z
      .string()
      .min(1)
      .default('shellac-storage')
      .describe('where files are kept: a folder that all workers share, or s3://BUCKET[/PREFIX]'),
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('address to listen at; without tokens a loopback one'),
    port: z.int().min(0).max(65_535).default(8080).describe('port to listen at; 0: any that is free'),
    tokens: z
      .string()
      .min(1)
      .optional()
      .describe('file of tokens, owner:token a line; without it the variable SHELLAC_TOKENS'),
    workers: z
      .int()
      .min(0)
      .max(64)
      .default(0)
      .describe('jobs at once that the service itself runs, each in a process of its own'),
    grace: z
      .int()
      .min(0)
      .max(3600)
      .default(30)
      .describe('seconds that uploads have to end in when the service is stopped'),
    log: z
      .enum(['debug', 'info', 'warn', 'error', 'silent'])
      .default('info')
      .describe('what is written to stderr, as lines of JSON'),
    ...limitOptions(z),
  })
})
export type ServeOptions = Input<typeof serveOptions>
export type ServeSettings = Settings<typeof serveOptions>

/** Bytes, milliseconds and counts. */
export interface ServiceLimits {
  uploadBytes: number
  /** Bytes a second that an upload must reach over each stretch of `patience`; 0: none. */
  uploadRate: number
  uploads: number
  uploadsPerOwner: number
  jobsPerOwner: number
  streams: number
  streamsPerOwner: number
  jobSeconds: number
  /** MiB */
  jobMemory: number
  jsonBytes: number
  headerBytes: number
  /** For headers, for a JSON body, and the stretch over which an upload's rate is taken. */
  patience: number
  /** Between comments that keep a stream of progress open. */
  keepAlive: number
}

export const limitsOf = (settings: ServeSettings): ServiceLimits => ({
  uploadBytes: settings.maxUpload * MIB,
  uploadRate: settings.minRate * 1024,
  uploads: settings.uploads,
  uploadsPerOwner: settings.uploadsPerOwner,
  jobsPerOwner: settings.jobsPerOwner,
  streams: settings.streams,
  streamsPerOwner: settings.streamsPerOwner,
  jobSeconds: settings.maxSeconds,
  jobMemory: settings.maxMemory,
  jsonBytes: 64 * 1024,
  headerBytes: 16 * 1024,
  patience: 10_000,
  keepAlive: 15_000,
})
