// An experiment is data: what is crossed with what, and how large. A user's own has the same form.
import type * as zod from 'zod'
import { bits, type Input, lazySchema, PRESETS, parse, type Settings, type Z } from '../../options.js'

export const SCALES = ['smoke', 'small', 'paper'] as const
export type ScaleName = (typeof SCALES)[number]
export const FULL_PRECISION = 32

const oneOrMany = <S extends zod.ZodType>(z: Z, one: S) =>
  z
    .union([one, z.array(one).min(1)])
    .transform(value => (Array.isArray(value) ? value : [value]) as zod.output<S>[])

/** A name of a registry; with options of its own, and a label where several differ by these alone. */
const choice = (z: Z) =>
  z.union([
    z.string().transform(name => ({ name, label: name, options: {} as Record<string, unknown> })),
    z
      .strictObject({
        name: z.string(),
        label: z.string().optional(),
        options: z.record(z.string(), z.unknown()).default({}),
      })
      .transform(({ name, label, options }) => ({ name, label: label ?? name, options })),
  ])

const gridShape = (z: Z) => ({
  dataset: oneOrMany(z, z.string())
    .default(['cifar10'])
    .describe('as the paper has it; a scale may take another'),
  architecture: oneOrMany(z, choice(z)).default([{ name: 'resnet18', label: 'resnet18', options: {} }]),
  attack: oneOrMany(z, choice(z)).describe('none: a clean model'),
  attackBits: bits(z).optional().describe('bits that an attack is trained for; default: those of the cell'),
  bits: oneOrMany(z, z.union([bits(z), z.literal(FULL_PRECISION)])).describe(
    'of weights; 32: full precision',
  ),
  activations: oneOrMany(z, z.union([z.enum(['same', 'none']), bits(z)])).default(['same']),
  defence: oneOrMany(z, choice(z)).default([{ name: 'none', label: 'none', options: {} }]),
  quantizer: oneOrMany(z, z.enum(['attacker', ...PRESETS])).default(['attacker']),
  poisoned: oneOrMany(z, z.number().min(0).max(1))
    .default([0])
    .describe("share of the defender's images that carry the trigger"),
  analysis: choice(z).optional().describe('what is asked of the models beside their scores'),
})

const record = (z: Z) => z.record(z.string(), z.unknown())

const scaleShape = (z: Z) => ({
  datasets: z
    .record(
      z.string(),
      z.strictObject({
        source: z.string(),
        train: z.int().min(1).optional().describe('at most so many training images'),
        test: z.int().min(1).optional(),
        size: z.int().min(8).optional().describe('height and width; only for sources of files'),
        crop: z.int().min(0).default(0),
        flip: z.boolean().default(false),
      }),
    )
    .describe('which data stand for which of the paper'),
  architecture: record(z).describe('options of every architecture that has them'),
  architectures: z.record(z.string(), record(z)),
  clean: record(z).describe('options of train()'),
  attack: record(z).describe('options of every attack that has them'),
  attacks: z.record(
    z.string(),
    z.strictObject({
      clean: z
        .union([record(z), z.literal(false)])
        .optional()
        .describe('false: begins with a new model'),
      options: record(z).default({}),
      atBits: z
        .record(
          z.string().regex(/^[2-8]$/, { error: 'bits from 2 to 8' }),
          z.union([record(z), z.literal(false)]),
        )
        .optional()
        .describe('options that are other where the attack is for so many bits; false: none'),
    }),
  ),
  triggers: z
    .record(z.string(), z.string())
    .default({})
    .describe('learned triggers by name: their text at this scale, such as issba:width=8'),
  attackPerBits: z.array(z.string()).describe('attacks that train a model for each bit width'),
  defence: record(z).describe('options of every defence that has them'),
  defences: z.record(z.string(), record(z)),
  analyses: z.record(z.string(), record(z)),
  calibration: z.int().min(1),
  share: z.number().positive().max(1).describe('of the training images, for the defender'),
  seeds: z.array(z.int().min(0)).min(1),
})

const paperRow = (z: Z) => ({
  where: z.record(z.string(), z.union([z.string(), z.number()])).describe('labels of the axes'),
  ba: z.number().nullable().default(null),
  asr: z.number().nullable().default(null),
  der: z.number().nullable().default(null).describe('as it follows from BA and ASR'),
  printedDer: z.number().optional().describe('where the paper prints another'),
  baDeviation: z.number().optional(),
  asrDeviation: z.number().optional(),
})

export const scaleSchema = lazySchema(z => z.strictObject(scaleShape(z)))
export type Scale = Settings<typeof scaleSchema>

export const experimentSchema = lazySchema(z =>
  z.strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, { error: 'small letters, digits and hyphens' }),
    title: z.string(),
    notes: z.array(z.string()).default([]),
    cells: z
      .array(z.strictObject(gridShape(z)))
      .min(1)
      .describe('grids; every combination is a cell'),
    scales: z
      .partialRecord(z.enum(SCALES), z.strictObject(scaleShape(z)).partial())
      .default({})
      .describe('what is other than in the scale of that name'),
    paper: z
      .array(z.strictObject(paperRow(z)))
      .default([])
      .describe('published figures'),
    curves: z
      .strictObject({
        option: z.string().describe('of the defence: a number, along the axis'),
        name: z.string().describe('of the axis'),
        lines: z
          .enum(['poisoned', 'quantizer', 'attack', 'bits'])
          .describe('an axis of the cells: a line each'),
      })
      .optional()
      .describe('a picture of ASR and BA over an option of the defence'),
  }),
)
/** As a file has it. */
export type ExperimentInput = Input<typeof experimentSchema>
export type Experiment = Settings<typeof experimentSchema>
export type Grid = Experiment['cells'][number]
export type PaperRow = Experiment['paper'][number]
export type PaperRowInput = NonNullable<ExperimentInput['paper']>[number]

/** Throws ERR_BAD_OPTION, naming what is wrong in it. */
export const parseExperiment = (value: unknown): Promise<Experiment> =>
  parse('experiment', experimentSchema, value)

/** For experiments in TypeScript files: the type, checked while it is written. */
export const defineExperiment = (experiment: ExperimentInput): ExperimentInput => experiment
