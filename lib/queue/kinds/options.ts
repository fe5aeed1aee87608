// The options of a job by kind: those of the verb that a job can carry, and what the command line would say beside them.
// None of them is a path of the worker's machine.
import type * as zod from 'zod'
import { auditOptions } from '../../audit/options.js'
import { ShellacError } from '../../errors.js'
import { measureOptions } from '../../measure.js'
import { type LazySchema, lazySchema, parse, type Z } from '../../options.js'
import { purifyOptions } from '../../purify.js'
import type { CheckedRequest } from '../options.js'

const dataName = (z: Z) =>
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, {
      error: 'a name: mnist, or one that the workers were given with --data',
    })
    .optional()
    .describe('where no zip is given: mnist, or data that the workers know by this name')

const architecture = (z: Z) =>
  z.string().max(1000).optional().describe('of a state dict, such as resnet18:width=8,classes=10')

const trigger = (z: Z) =>
  z
    .string()
    .max(1000)
    .regex(/^(?!network\b)[a-z]/, { error: 'a trigger that needs no file, such as square:size=6' })
    .optional()
    .describe('pattern that wakes the backdoor, as text: square:size=6')

const split = (z: Z, usual: 'train' | 'test') =>
  z.enum(['train', 'test']).default(usual).describe('which part of the data')

const LOCAL = ['signal', 'onProgress', 'checkpoint', 'trigger', 'reference', 'quantized'] as const

/** The shape of a verb's schema without what only code can give, and without paths. */
function portable<S extends zod.ZodObject>(schema: S): Omit<S['shape'], (typeof LOCAL)[number]> {
  const entries = Object.entries(schema.shape).filter(
    ([name]) => !(LOCAL as readonly string[]).includes(name),
  )
  return Object.fromEntries(entries) as Omit<S['shape'], (typeof LOCAL)[number]>
}

export const purifyJob = async () => {
  const verb = portable(await purifyOptions())
  const { z } = await import('zod')
  return z.strictObject({
    ...verb,
    data: dataName(z),
    architecture: architecture(z),
    formats: z
      .array(z.enum(['safetensors', 'onnx']))
      .min(1)
      .max(2)
      .default(['safetensors'])
      .describe('of the purified model: output model.safetensors, model.onnx'),
  })
}

export const measureJob = async () => {
  const verb = portable(await measureOptions())
  const { z } = await import('zod')
  return z.strictObject({
    ...verb,
    data: dataName(z),
    architecture: architecture(z),
    split: split(z, 'test'),
    limit: z.int().min(1).optional().describe('at most so many images, drawn by the seed'),
    trigger: trigger(z),
  })
}

export const auditJob = async () => {
  const verb = portable(await auditOptions())
  const { z } = await import('zod')
  return z.strictObject({
    ...verb,
    data: dataName(z),
    architecture: architecture(z),
    split: split(z, 'train'),
  })
}

/** A cell as the experiments plan it; what its settings may be they know themselves. */
export const cellJob = lazySchema(z =>
  z.strictObject({
    cell: z.looseObject({
      id: z.string().regex(/^[0-9a-f]{24}$/),
      axes: z.record(z.string(), z.unknown()),
      settings: z.looseObject({ seed: z.number(), dataset: z.looseObject({ source: z.string() }) }),
    }),
    device: z.string().default('cpu').describe('cpu, cuda, cuda:N or auto'),
    threads: z.int().min(0).max(1024).default(0),
  }),
)

const SCHEMAS: Record<CheckedRequest['kind'], LazySchema<zod.ZodObject>> = {
  purify: purifyJob,
  measure: measureJob,
  audit: auditJob,
  cell: cellJob,
}

type Role = keyof CheckedRequest['inputs']
const ROLES_OF: Record<CheckedRequest['kind'], { needs: Role[]; takes: Role[] }> = {
  purify: { needs: ['model'], takes: ['data'] },
  measure: { needs: ['model'], takes: ['data', 'reference'] },
  audit: { needs: ['model'], takes: ['data', 'quantized'] },
  cell: { needs: [], takes: [] },
}

/** Throws ERR_BAD_OPTION before a job is queued that could not work: for options, missing files, files too many. */
export async function checkJobOptions({
  kind,
  inputs,
  options,
}: Pick<CheckedRequest, 'kind' | 'inputs' | 'options'>): Promise<void> {
  const { needs, takes } = ROLES_OF[kind]
  const missing = needs.find(role => !inputs[role])
  if (missing) throw wrongInputs(kind, `no ${missing}`, `inputs ${[...needs, ...takes].join(', ')}`)
  const extra = (Object.keys(inputs) as Role[]).find(role => ![...needs, ...takes].includes(role))
  if (extra) throw wrongInputs(kind, `input ${extra}`, `inputs ${[...needs, ...takes].join(', ') || 'none'}`)
  const { data } = (await parse(kind, SCHEMAS[kind], options)) as { data?: string }
  if (kind === 'cell') return
  if ((inputs.data === undefined) === (data === undefined)) {
    throw wrongInputs(
      kind,
      data ? 'a zip and a name of data' : 'no data',
      'input data (a zip) or option data (a name)',
    )
  }
}

const wrongInputs = (kind: string, found: string, expected: string): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', { thing: `job ${kind}`, found, expected })
