// The JSON of the commands, as far as the page shows it. A file is hostile until one of these has judged it.
import type * as zod from 'zod'
import { type LazySchema, lazySchema, type Z } from '../../options.js'

const MAX_SIDE = 4096
const count = (z: Z) => z.int().min(0)
const figure = (z: Z) => z.number().nullable()
const label = (z: Z) => z.union([z.string(), z.number()]).nullish()
const settings = (z: Z) => z.record(z.string(), z.unknown())

const runOf = (z: Z) =>
  z.object({
    shellac: z.string(),
    command: z.string(),
    arguments: z.array(z.string()),
    options: settings(z),
  })
const scoresOf = (z: Z) => ({ ba: z.number(), asr: figure(z), ra: figure(z).optional() })
const measured = (z: Z) =>
  z.object({
    ...scoresOf(z),
    samples: count(z),
    triggered: count(z),
    der: figure(z).optional(),
    reference: z.object(scoresOf(z)).optional(),
    model: z.object({ name: z.string(), role: z.string() }).optional(),
    settings: settings(z).optional(),
    run: runOf(z).optional(),
  })

export const quantizationFile = lazySchema(z =>
  z.object({
    method: z.string(),
    solver: z.string().nullable(),
    quantizer: z.string(),
    weightBits: z.number(),
    activationBits: figure(z),
    calibration: z.number(),
    seconds: z.number(),
    units: z.array(
      z.object({ unit: z.string(), lossBefore: figure(z), lossAfter: figure(z), pda: z.boolean() }),
    ),
    out: z.string().optional(),
    model: z.string().optional(),
    provenance: z.unknown().optional(),
    run: runOf(z).optional(),
  }),
)
export const measurementFile = lazySchema(measured)

export const demoFile = lazySchema(z =>
  z.object({
    fullPrecision: measured(z),
    quantized: measured(z),
    purified: measured(z),
    settings: settings(z),
    run: runOf(z).optional(),
  }),
)

const triggerOf = (z: Z) =>
  z
    .object({
      class: count(z),
      shape: z.tuple([
        z.int().min(1).max(MAX_SIDE),
        z.int().min(1).max(MAX_SIDE),
        z.int().min(1).max(MAX_SIDE),
      ]),
      mask: z.base64(),
      pattern: z.base64(),
    })
    .refine(({ shape: [channels, height, width], mask, pattern }) => {
      const plane = height * width
      const bytes = (text: string) => Buffer.byteLength(text, 'base64')
      return bytes(mask) === plane && bytes(pattern) === channels * plane
    }, 'mask and pattern as large as the shape says')

export const auditFile = lazySchema(z =>
  z.object({
    verdict: z.enum(['clean', 'suspicious', 'backdoored']),
    class: count(z).nullable(),
    className: z.string().nullable(),
    score: z.number(),
    threshold: z.number(),
    falseAlarmRate: z.object({ rate: z.number(), models: count(z), atMost: z.number() }),
    evidence: z.array(z.string()),
    presets: z.array(
      z.object({
        quantizer: z.string(),
        verdict: z.string(),
        class: count(z).nullable(),
        score: z.number(),
        gap: figure(z),
        maskArea: figure(z),
        judged: z.boolean(),
        agreement: z.number(),
      }),
    ),
    classes: z.array(
      z.object({
        class: count(z),
        name: z.string().nullable(),
        maskArea: z.number(),
        gap: z.number(),
        score: z.number(),
      }),
    ),
    trigger: triggerOf(z).nullable(),
    layers: z.array(z.object({ name: z.string(), drift: figure(z), flipped: figure(z) })),
    disagreement: z.array(z.object({ quantizer: z.string(), bits: figure(z), changed: z.number() })),
    images: count(z),
    run: runOf(z).optional(),
  }),
)

export const verificationFile = lazySchema(z => {
  const side = z.object({ name: z.string(), engine: z.string() })
  return z.object({
    equal: z.boolean(),
    tolerance: z.number(),
    images: count(z),
    agreement: z.number(),
    largestAbsolute: z.number(),
    largestRelative: z.number(),
    firstDifference: z.object({ value: z.string(), op: z.string(), largestRelative: z.number() }).nullable(),
    a: side,
    b: side,
    run: runOf(z).optional(),
  })
})

export const experimentFile = lazySchema(z => {
  const published = z.object({
    ba: figure(z).optional(),
    asr: figure(z).optional(),
    der: figure(z).optional(),
  })
  const row = z.object({
    status: z.enum(['done', 'failed', 'open']),
    reason: z.string().optional(),
    ba: figure(z),
    asr: figure(z),
    der: figure(z),
    seed: z.number(),
    paper: published.nullable(),
    ...Object.fromEntries(AXES.map(axis => [axis, label(z)])),
  })
  return z.object({
    name: z.string(),
    title: z.string(),
    command: z.string(),
    scale: z.string(),
    versions: settings(z).optional(),
    machine: z.string().optional(),
    rows: z.array(row),
  })
})

/** What an experiment's rows differ in, beside the seed. */
export const AXES = [
  'dataset',
  'architecture',
  'attack',
  'attackBits',
  'bits',
  'activations',
  'poisoned',
  'defence',
  'quantizer',
  'analysis',
] as const

type Of<L extends LazySchema<zod.ZodType>> = zod.output<Awaited<ReturnType<L>>>
export type Run = Of<typeof measurementFile>['run']
export type QuantizationFile = Of<typeof quantizationFile>
export type MeasurementFile = Of<typeof measurementFile>
export type DemoFile = Of<typeof demoFile>
export type AuditFile = Of<typeof auditFile>
export type VerificationFile = Of<typeof verificationFile>
export type ExperimentFile = Of<typeof experimentFile>
