// A job as a client asks for it, made into one that the queue takes. Nothing in it is a path, and every file is the client's.
import type * as zod from 'zod'
import { lazySchema, parse, type Settings, type Z } from '../options.js'
import type { JobRequest } from '../queue/contract.js'
import { EXTENSIONS, extensionOf } from './extensions.js'
import { hasEnded, ownJob } from './owned.js'
import { notFound, Refusal } from './refusal.js'
import type { Service } from './service.js'

export const KINDS = ['purify', 'measure', 'audit'] as const
const ROLES = ['model', 'reference', 'quantized', 'data'] as const
/** What the queue takes for granted, and an owner cannot undercut: nobody jumps the queue. */
const USUAL_PRIORITY = 1000

const fileSchema = (z: Z) =>
  z.union([
    z.strictObject({
      hash: z
        .string()
        .regex(/^[0-9a-f]{64}$/, { error: '64 hexadecimal digits' })
        .describe('of a file that you uploaded'),
      extension: z.enum(EXTENSIONS).describe('what kind of file it is'),
    }),
    z.strictObject({
      job: z.string().describe('id of a job of yours that has completed'),
      output: z.string().describe('name of one of its outputs'),
    }),
  ])

export const jobSchema = lazySchema(z =>
  z.strictObject({
    kind: z.enum(KINDS).describe('the verb'),
    inputs: z
      .partialRecord(z.enum(ROLES), fileSchema(z))
      .default({})
      .describe('files by role; data is a zip of an image folder, one subfolder a class'),
    options: z
      .record(z.string(), z.unknown())
      .default({})
      .describe('of the verb, and data: the name of a dataset that the workers have, such as mnist'),
    priority: z
      .int()
      .min(USUAL_PRIORITY)
      .max(2_097_151)
      .default(USUAL_PRIORITY)
      .describe('the greater, the later'),
    limits: z
      .strictObject({
        seconds: z.number().positive().optional().describe('wall-clock time of one attempt'),
        memory: z.int().min(64).optional().describe("of the job's process, MiB"),
      })
      .default({}),
    attempts: z.int().min(1).max(10).default(3).describe('before the job is dead'),
  }),
)
type Asked = Settings<typeof jobSchema>
type File = zod.output<ReturnType<typeof fileSchema>>

/** @throws Refusal, ERR_BAD_OPTION */
export async function readRequest(service: Service, owner: string, body: unknown): Promise<JobRequest> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refusal('ERR_BAD_REQUEST', 'a job is a JSON object: content-type: application/json')
  }
  const { kind, inputs, options, priority, limits, attempts } = await parse('submit', jobSchema, body)
  const files = await Promise.all(
    Object.entries(inputs).map(async ([role, file]) => [role, await resolve(service, owner, file as File)]),
  )
  return {
    ...{ kind, options, priority, attempts, owner },
    inputs: Object.fromEntries(files) as JobRequest['inputs'],
    limits: within(service, limits),
  }
}

async function resolve(service: Service, owner: string, file: File) {
  if ('hash' in file) {
    if (await service.ledger.hasFile(owner, file.hash)) return file
    throw notFound(`file of yours: ${file.hash}`)
  }
  const { outputs, ...job } = await ownJob(service, owner, file.job)
  const hash = Object.hasOwn(outputs, file.output) ? outputs[file.output] : undefined
  if (hash !== undefined) return { hash, extension: extensionOf(file.output) }
  if (!hasEnded({ ...job, outputs })) throw new Refusal('ERR_CONFLICT', `job ${file.job} has not ended`)
  throw notFound(`output of job ${file.job}: ${file.output}`)
}

/** What the client asks for, or the most that it may. */
function within({ limits: most }: Service, { seconds, memory }: Asked['limits']) {
  return {
    seconds: atMost('seconds', seconds ?? most.jobSeconds, most.jobSeconds),
    memory: atMost('memory', memory ?? most.jobMemory, most.jobMemory),
  }
}

function atMost(name: string, asked: number, most: number): number {
  if (asked <= most) return asked
  throw new Refusal('ERR_BAD_REQUEST', `limits.${name} is ${asked}; the service gives at most ${most}`)
}
