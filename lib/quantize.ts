import type { Dataset } from './data/dataset.js'
import { resolveDevice } from './device.js'
import { atCall } from './errors.js'
import type { Model } from './model/model.js'
import { checkFullPrecision, QuantizedModel } from './model/quantized.js'
import { loadNative } from './native/core.js'
import { runJob } from './native/job.js'
import { activationBitsOf, type Input, jobOptions, lazySchema, parse, quantizerOptions } from './options.js'

export const quantizeOptions = lazySchema(z => z.strictObject({ ...quantizerOptions(z), ...jobOptions(z) }))
/** Options of quantize(). Values and defaults: docs/options.md. */
export type QuantizeOptions = Input<typeof quantizeOptions>

/**
 * Quantizes a model by nearest rounding, without any defence: what wakes a quantization-conditioned backdoor.
 *
 * @param model       at full precision
 * @param calibration images of the model's input shape from training data; activation ranges are taken from them
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_BAD_MODEL (already quantized), ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 * @example const plain = await quantize(model, calibration, { weightBits: 4, activationBits: 'none' })
 */
export function quantize(
  model: Model,
  calibration: Dataset,
  options: QuantizeOptions = {},
): Promise<QuantizedModel> {
  return atCall(quantize, async () => {
    const { signal, onProgress, ...settings } = await parse('quantize', quantizeOptions, options)
    checkFullPrecision(model)
    const chosen = calibration.sample(settings.calibration, settings.seed)
    const images = chosen.imagesFor(model)
    const native = await loadNative()
    const { seed, threads, weightBits, quantizer } = settings
    const activationBits = activationBitsOf(settings.activationBits)
    const device = await resolveDevice(settings.device)
    const job = { preset: quantizer, weightBits, activationBits, seed, threads, device }
    const { madeFrom } = await import('./provenance.js')
    const begin = performance.now()
    const handle = await runJob(report => native.quantize(model.handle, images, job, report), {
      signal,
      onProgress,
    })
    const quantized = new QuantizedModel(native, handle, madeFrom(model, calibration, 'quantize', settings))
    quantized.report = {
      method: 'nearest',
      solver: null,
      quantizer,
      weightBits,
      activationBits,
      calibration: chosen.count,
      seconds: (performance.now() - begin) / 1000,
      units: [],
    }
    return quantized
  })
}
