// What the defences that learn to round have in common: their options, and how a job of one is started.
import type { PurifyOptions as NativeOptions, RoundingOptions } from '../../../binding.js'
import { runResumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { resolveDevice } from '../../device.js'
import type { Model } from '../../model/model.js'
import { checkFullPrecision, QuantizedModel } from '../../model/quantized.js'
import { loadNative } from '../../native/core.js'
import type { JobControl } from '../../native/job.js'
import { activationBitsOf, checkpointOption, jobOptions, quantizerOptions, type Z } from '../../options.js'
import { madeFrom } from '../../provenance.js'

/** iterations: those of the source. */
export const roundingOptions = (z: Z, iterations: number) => ({
  ...quantizerOptions(z),
  iterations: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(iterations)
    .describe('steps of Adam for each unit or block'),
  learningRate: z.number().positive().max(10).default(1e-3).describe('of Adam, for the rounding variables'),
  batch: z.int().min(1).max(65_536).default(32).describe('images a step'),
  regularization: z
    .number()
    .min(0)
    .max(1000)
    .default(0.01)
    .describe('weight of what takes every rounding variable to an end'),
  ...checkpointOption(z),
  ...jobOptions(z),
})

/** Of the regularizer that AdaRound brought: nothing at first, then ever harder. */
export const annealingOptions = (z: Z) => ({
  warmUp: z
    .number()
    .min(0)
    .max(0.99)
    .default(0.2)
    .describe('share of the iterations before the regularizer sets in'),
  betaStart: z.number().min(2).max(100).default(20).describe('exponent of the regularizer once it sets in'),
  betaEnd: z.number().min(1).max(100).default(2).describe('exponent of the regularizer at the end'),
})

interface Settings extends Partial<RoundingOptions> {
  weightBits: number
  activationBits: number | 'none'
  quantizer: string
  calibration: number
  iterations: number
  learningRate: number
  batch: number
  regularization: number
  seed: number
  device: string
  threads: number
}

/** Rounds the model by the native walk. Errors as of purify(). */
export async function learnRounding(
  name: string,
  solver: NativeOptions['solver'],
  model: Model,
  images: Dataset,
  settings: Settings,
  control: JobControl,
): Promise<QuantizedModel> {
  checkFullPrecision(model)
  const chosen = images.sample(settings.calibration, settings.seed)
  const calibration = chosen.imagesFor(model)
  const native = await loadNative()
  const job = nativeOptions(solver, settings, await resolveDevice(settings.device))
  const begin = performance.now()
  const work = { name, model: model.handle, images: calibration, settings: job }
  const { model: handle, units } = await runResumable(
    work,
    (report, keeping) => native.purify(model.handle, calibration, job, report, keeping),
    control,
  )
  const rounded = new QuantizedModel(native, handle, madeFrom(model, images, name, { ...settings }))
  rounded.report = {
    method: name,
    solver: null,
    quantizer: settings.quantizer,
    weightBits: settings.weightBits,
    activationBits: job.activationBits,
    calibration: chosen.count,
    seconds: (performance.now() - begin) / 1000,
    units,
  }
  return rounded
}

/** Columns are drawn for the report alone; there is no PDA, and no damping. */
const UNUSED = { pda: 'none', pdaSteps: 1, pdaBound: 1e-3, columns: 8000, damping: 0.01 } as const

function nativeOptions(solver: NativeOptions['solver'], settings: Settings, device: string): NativeOptions {
  const { quantizer, activationBits, weightBits, iterations, learningRate, batch, seed, threads } = settings
  const { regularization, reversal = 0, warmUp = 0, betaStart = 2, betaEnd = 2, drop = 0 } = settings
  return {
    ...UNUSED,
    ...{ solver, device, threads, seed, weightBits, iterations, learningRate, batch },
    preset: quantizer,
    activationBits: activationBitsOf(activationBits),
    rounding: { regularization, reversal, warmUp, betaStart, betaEnd, drop },
  }
}
