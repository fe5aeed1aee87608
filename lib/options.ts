// Options as schemas: the one list from which types, validation, command-line flags and the docs' tables come.
// zod takes a tenth of a second to load, so schemas are built at the first call of a verb, not at import.
import type * as zod from 'zod'
import { Checkpoint } from './checkpoint/checkpoint.js'
import { ShellacError } from './errors.js'
import type { Progress } from './native/job.js'

export type Z = typeof zod.z
export type LazySchema<S extends zod.ZodType> = () => Promise<S>
/** What a caller may pass: fields with a default are optional. */
export type Input<L extends LazySchema<zod.ZodType>> = zod.input<Awaited<ReturnType<L>>>
/** What a verb works with: every default filled in. */
export type Settings<L extends LazySchema<zod.ZodType>> = zod.output<Awaited<ReturnType<L>>>

export function lazySchema<S extends zod.ZodType>(build: (z: Z) => S): LazySchema<S> {
  let schema: S | undefined
  return async () => {
    schema ??= build((await import('zod')).z)
    return schema
  }
}

/** Throws ERR_BAD_OPTION, naming the option, what was found and what would be right. */
export async function parse<S extends zod.ZodObject>(
  verb: string,
  lazy: LazySchema<S>,
  options: unknown,
): Promise<zod.output<S>> {
  const schema = await lazy()
  const result = schema.safeParse(options ?? {}, { reportInput: true })
  if (result.success) return result.data
  throw badOption(verb, Object.keys(schema.shape), result.error.issues[0])
}

function badOption(verb: string, known: string[], issue: zod.core.$ZodIssue | undefined): ShellacError {
  if (issue?.code === 'unrecognized_keys') {
    return new ShellacError('ERR_BAD_OPTION', {
      thing: `options of ${verb}()`,
      found: `unknown option ${issue.keys.map(key => `"${key}"`).join(', ')}`,
      expected: known.join(', '),
      remedy: 'correct the name or leave it out',
    })
  }
  const path = issue?.path.join('.')
  return new ShellacError('ERR_BAD_OPTION', {
    thing: path ? `option "${path}" of ${verb}()` : `options of ${verb}()`,
    found: show(issue?.input),
    expected: issue ? expectation(issue) : 'an object of options',
  })
}

/** What a zod issue asks for, in words. */
export function expectation(issue: zod.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'an integer' : `a value of type ${issue.expected}`
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${sized(issue.origin)}`
    case 'too_big':
      return `${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${sized(issue.origin)}`
    case 'invalid_value':
      return `one of ${issue.values.map(value => String(value)).join(', ')}`
    default:
      return issue.message
  }
}

const sized = (origin: string): string =>
  origin === 'array' ? ' elements' : origin === 'string' ? ' characters' : ''

export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  const text = jsonOf(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return 'a value that JSON cannot hold' // a circle, or a bigint within
  }
}

/** Options that a command line or a file cannot carry. */
export const CODE_ONLY = { codeOnly: true }

export const jobOptions = (z: Z) => ({
  seed: z
    .int()
    .min(0)
    .default(0)
    .describe('seed of everything random; the same seed gives the same bits on the same machine'),
  device: z
    .string()
    .regex(/^(cpu|auto|cuda(:\d{1,3})?)$/, { error: 'cpu, cuda, cuda:N or auto' })
    .default('cpu')
    .describe('cpu, cuda, cuda:N, or auto: cuda where it works, otherwise cpu'),
  threads: z
    .int()
    .min(0)
    .max(1024)
    .default(0)
    .describe('threads of one operation; 0: the default of libtorch'),
  signal: z
    .custom<AbortSignal>(value => value instanceof AbortSignal, { error: 'an AbortSignal' })
    .optional()
    .meta({ ...CODE_ONLY, description: 'stops the work; the promise rejects with ERR_ABORTED' }),
  onProgress: z
    .custom<(progress: Progress) => void>(value => typeof value === 'function', { error: 'a function' })
    .optional()
    .meta({ ...CODE_ONLY, description: 'called about ten times a second; throwing in it stops the work' }),
})

export const checkpointOption = (z: Z) => ({
  checkpoint: z
    .custom<string | Checkpoint>(
      value => (typeof value === 'string' && value !== '') || value instanceof Checkpoint,
      { error: 'a path' },
    )
    .optional()
    .describe('file that keeps the work so far: where it is there, the same work goes on from it'),
})

export const bits = (z: Z) => z.int().min(2).max(8)

export const PRESETS = ['mse', 'minmax', 'minmax-tensor', 'attacker', 'qnnpack', 'fbgemm'] as const

export const quantizerOptions = (z: Z) => ({
  weightBits: bits(z).default(4).describe('bits of a weight code'),
  activationBits: z
    .union([bits(z), z.literal('none')], { error: 'an integer from 2 to 8, or "none"' })
    .default(4)
    .describe('bits of an activation code; none: activations stay float'),
  quantizer: z.enum(PRESETS).default('mse').describe('preset of the quantizers'),
  calibration: z
    .int()
    .min(1)
    .default(1024)
    .describe(
      'at most so many images are drawn from the calibration set, by the seed; ranges of activations settle on 1,024 of them',
    ),
})

export const activationBitsOf = (bitsOrNone: number | 'none'): number | null =>
  bitsOrNone === 'none' ? null : bitsOrNone
