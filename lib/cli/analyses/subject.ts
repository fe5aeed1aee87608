// The models and images that most analyses look at: the model at full precision, the same rounded, and maybe purified.
import type { Command } from 'commander'
import type { Dataset } from '../../data/dataset.js'
import { drawOptions } from '../../data/options.js'
import { parseSource, SOURCES, type Split } from '../../data/source.js'
import { parseTrigger, TRIGGERS, type Trigger } from '../../data/triggers.js'
import { ShellacError } from '../../errors.js'
import type { Subject } from '../../lab/experiments/analyses/analysis.js'
import type { Model } from '../../model/model.js'
import { checkFullPrecision } from '../../model/quantized.js'
import { jobOptions, lazySchema, parse, quantizerOptions, type Settings } from '../../options.js'
import { quantize } from '../../quantize.js'
import { type Flags, flagsOf } from '../flags.js'
import { modelFlags, openModelFile } from '../model-file.js'
import type { Context } from '../run.js'

/** A trigger and its target may be missing where an analysis can do without. */
export type Looked = Omit<Subject, 'trigger' | 'target'> & Partial<Pick<Subject, 'trigger' | 'target'>>

export const lookedOptions = lazySchema(z =>
  z.strictObject({
    split: z.enum(['train', 'test']).default('test').describe('which part of the data is looked at'),
    limit: drawOptions(z).limit,
    target: z.int().min(0).optional().describe('class index that the trigger leads to'),
    ...quantizerOptions(z),
    ...jobOptions(z),
  }),
)

/** Whether an analysis is of an attack: then it asks for the trigger and its target. */
export type Attacked = 'required' | 'optional'

export interface SubjectFlags {
  addTo(command: Command): void
  read(context: Context, values: Record<string, unknown>, path: string): Promise<Looked>
}

export async function subjectFlags(attacked: Attacked): Promise<SubjectFlags> {
  const flags = await flagsOf(lookedOptions)
  return {
    addTo: command => {
      command
        .requiredOption('--data <source>', `labelled images: ${SOURCES}`)
        .option(
          '--quantized <model>',
          'quantized from MODEL; without it MODEL is rounded to nearest, as the flags say',
        )
        .option('--purified <model>', 'purified from MODEL; looked at too')
      const trigger = `pattern that wakes the backdoor: ${TRIGGERS}`
      if (attacked === 'required') command.requiredOption('--trigger <trigger>', trigger)
      else command.option('--trigger <trigger>', trigger)
      modelFlags(command)
      flags.addTo(command)
    },
    read: (context, values, path) => read(context, values, path, flags, attacked),
  }
}

async function read(
  context: Context,
  values: Record<string, unknown>,
  path: string,
  flags: Flags,
  attacked: Attacked,
): Promise<Looked> {
  const settings = await parse('analyse', lookedOptions, flags.read(values))
  const trigger: Trigger | undefined =
    values.trigger === undefined ? undefined : parseTrigger(String(values.trigger))
  if (attacked === 'required' && settings.target === undefined) throw noTarget()
  const open = (file: unknown) => openModelFile(file, values, context.signal)
  const full = await open(path)
  checkFullPrecision(full)
  const { seed, device, threads, target } = settings
  const job = { device, threads, ...context }
  const [test, benign] = await images(String(values.data), full, settings)
  const rounded =
    values.quantized === undefined ? await nearest(full, benign, settings, job) : await open(values.quantized)
  const defended = values.purified === undefined ? null : await open(values.purified)
  return {
    ...{ full, rounded, defended, defence: 'purified', benign, test, seed, job },
    ...(trigger && { trigger }),
    ...(target !== undefined && { target }),
  }
}

type Chosen = Settings<typeof lookedOptions>

/** Those that are looked at, and the defender's. */
async function images(
  data: string,
  { inputShape }: Model,
  { split, limit, seed, calibration }: Chosen,
): Promise<[Dataset, Dataset]> {
  const source = parseSource(data)
  return [
    await source(split as Split, inputShape, { limit, seed }),
    await source('train', inputShape, { limit: calibration, seed }),
  ]
}

function nearest(model: Model, calibration: Dataset, settings: Chosen, job: Subject['job']): Promise<Model> {
  const { weightBits, activationBits, quantizer, calibration: count, seed } = settings
  return quantize(model, calibration, {
    weightBits,
    activationBits,
    quantizer,
    calibration: count,
    seed,
    ...job,
  })
}

const noTarget = (): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: 'option "target"',
    found: 'nothing',
    expected: 'the class index that the trigger leads to',
  })
