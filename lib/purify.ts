import type { PurifyOptions as NativeOptions } from '../binding.js'
import { resumable, runResumable } from './checkpoint/resumable.js'
import type { Dataset } from './data/dataset.js'
import { resolveDevice } from './device.js'
import { atCall } from './errors.js'
import type { Model } from './model/model.js'
import { checkFullPrecision, QuantizedModel } from './model/quantized.js'
import { loadNative } from './native/core.js'
import {
  activationBitsOf,
  checkpointOption,
  type Input,
  jobOptions,
  lazySchema,
  parse,
  quantizerOptions,
  type Settings,
} from './options.js'

export const purifyOptions = lazySchema(z =>
  z.strictObject({
    ...quantizerOptions(z),
    method: z.enum(['lac']).default('lac').describe('lac: layer-wise activation correction'),
    solver: z
      .enum(['closed-form', 'adam-official', 'adam-paper'])
      .default('closed-form')
      .describe('how LAC chooses the codes of a unit'),
    pda: z.boolean().default(true).describe("move the calibration inputs towards each BN's statistics first"),
    pdaForm: z
      .enum(['official', 'paper'])
      .default('official')
      .describe('official: statistics of each sample; paper: of the batch, and variances'),
    pdaSteps: z
      .int()
      .min(1)
      .max(100_000)
      .default(3)
      .describe(
        'signed descent steps of PDA; the official code takes 500, and three reach what they reach (docs/pda-steps.md)',
      ),
    pdaBound: z
      .number()
      .positive()
      .max(1)
      .default(1e-3)
      .describe('largest change that PDA makes to a unit input'),
    columns: z
      .int()
      .min(16)
      .max(10_000_000)
      .default(8000)
      .describe('closed form: input columns drawn a unit'),
    damping: z
      .number()
      .positive()
      .max(10)
      .default(0.01)
      .describe(
        "closed form: λ as a share of H's mean diagonal; at least 0.1 for units with fewer columns than inputs",
      ),
    iterations: z.int().min(1).max(10_000_000).default(10_000).describe('Adam solvers: steps a unit'),
    learningRate: z.number().positive().max(10).default(1e-3).describe('Adam solvers'),
    batch: z.int().min(1).max(65_536).default(32).describe('images at once'),
    ...checkpointOption(z),
    ...jobOptions(z),
  }),
)
/** Options of purify(). Values and defaults: docs/options.md. */
export type PurifyOptions = Input<typeof purifyOptions>

/**
 * Quantizes a model without waking a backdoor that sleeps in it: layer-wise activation correction (LAC) with poisoned
 * distribution approximation (PDA), unit after unit.
 *
 * @param model       at full precision
 * @param calibration benign images of the model's input shape from training data; labels are not used
 * @returns the quantized model; its `report` has the losses of every unit
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_BAD_MODEL (already quantized), ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 * @example
 * const purified = await purify(model, calibration, { weightBits: 4, activationBits: 4 })
 * await purified.save('resnet18.w4a4.safetensors')
 */
export function purify(
  model: Model,
  calibration: Dataset,
  options: PurifyOptions = {},
): Promise<QuantizedModel> {
  return atCall(purify, async () => {
    const { signal, onProgress, checkpoint, ...settings } = await parse('purify', purifyOptions, options)
    checkFullPrecision(model)
    const chosen = calibration.sample(settings.calibration, settings.seed)
    const images = chosen.imagesFor(model)
    const native = await loadNative()
    const job = nativeOptions(settings, await resolveDevice(settings.device))
    const { madeFrom } = await import('./provenance.js')
    const begin = performance.now()
    const work = { name: 'purify', model: model.handle, images, settings: job }
    const { model: handle, units } = await resumable(checkpoint, { signal, onProgress }, control =>
      runResumable(
        work,
        (report, keeping) => native.purify(model.handle, images, job, report, keeping),
        control,
      ),
    )
    const purified = new QuantizedModel(native, handle, madeFrom(model, calibration, 'purify', settings))
    purified.report = {
      method: settings.method,
      solver: settings.solver,
      quantizer: settings.quantizer,
      weightBits: settings.weightBits,
      activationBits: job.activationBits,
      calibration: chosen.count,
      seconds: (performance.now() - begin) / 1000,
      units,
    }
    return purified
  })
}

type Parsed = Omit<Settings<typeof purifyOptions>, 'signal' | 'onProgress' | 'checkpoint'>

function nativeOptions(settings: Parsed, device: string): NativeOptions {
  const {
    quantizer,
    activationBits,
    pda,
    pdaForm,
    method: _method,
    calibration: _calibration,
    ...rest
  } = settings
  return {
    ...rest,
    device,
    preset: quantizer,
    activationBits: activationBitsOf(activationBits),
    pda: pda ? pdaForm : 'none',
  }
}
