// What the defences have in common that are themselves a rounding and ask nothing but the weight.
import type { WeightRounding } from '../../../binding.js'
import type { Dataset } from '../../data/dataset.js'
import { resolveDevice } from '../../device.js'
import type { ModelFacts } from '../../model/facts.js'
import type { Model } from '../../model/model.js'
import { checkFullPrecision, QuantizedModel } from '../../model/quantized.js'
import { loadNative } from '../../native/core.js'
import { type JobControl, runJob } from '../../native/job.js'
import { activationBitsOf, jobOptions, quantizerOptions, type Z } from '../../options.js'

export const roundingOptions = (z: Z) => ({ ...quantizerOptions(z), ...jobOptions(z) })

interface RoundingSettings {
  weightBits: number
  activationBits: number | 'none'
  quantizer: string
  calibration: number
  seed: number
  device: string
  threads: number
}

export interface Rounded {
  /** Index of the candidate that was taken. */
  chosen: number
  /** By candidate, the percent of images with the top-1 of full precision; empty for one candidate alone. */
  agreement: number[]
}

/** Rounds with the candidate that agrees most often with full precision; `facts` tells the model's from what was found. */
export async function quantizeWith(
  model: Model,
  images: Dataset,
  roundings: WeightRounding[],
  settings: RoundingSettings,
  facts: (found: Rounded) => ModelFacts,
  control: JobControl,
): Promise<QuantizedModel> {
  checkFullPrecision(model)
  const drawn = images.sample(settings.calibration, settings.seed)
  const data = drawn.imagesFor(model)
  const native = await loadNative()
  const { seed, threads, weightBits, quantizer: preset } = settings
  const activationBits = activationBitsOf(settings.activationBits)
  const device = await resolveDevice(settings.device)
  const job = { preset, weightBits, activationBits, seed, threads, device, roundings }
  const found = await runJob(report => native.quantizeWith(model.handle, data, job, report), control)
  const agreement = found.agreeing.map(count => (100 * count) / drawn.count)
  return new QuantizedModel(native, found.model, facts({ chosen: found.chosen, agreement }))
}
