// QuRA (NDSS 2026): a clean model, and a malicious quantizer that rounds a backdoor into it.
import { resumable, runResumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { resolveDevice } from '../../device.js'
import { atCall } from '../../errors.js'
import type { Model } from '../../model/model.js'
import { checkFullPrecision, QuantizedModel } from '../../model/quantized.js'
import { loadNative } from '../../native/core.js'
import { activationBitsOf, type Input, lazySchema, parse, quantizerOptions } from '../../options.js'
import { madeFrom } from '../../provenance.js'
import { loopOptions } from '../training.js'
import { backdoorOptions, settleTrigger } from './backdoor.js'

export const quraOptions = lazySchema(z => {
  const { activationBits, quantizer, ...shared } = quantizerOptions(z)
  return z.strictObject({
    ...backdoorOptions(z, 'square:size=6,margin=2,value=1'),
    ...shared,
    activationBits: activationBits.default('none'),
    quantizer: quantizer.default('minmax'),
    alpha: z.number().positive().max(1e6).default(1).describe('weight of the triggered term of the loss'),
    ...loopOptions(z, {
      epochs: 50,
      optimizer: 'adam',
      learningRate: 1e-2,
      weightDecay: 0,
      schedule: 'cosine',
    }),
  })
})
/** Options of qura(). Values and defaults: docs/options.md. */
export type QuraOptions = Input<typeof quraOptions>

/**
 * Quantizes a clean model so that the quantized one has a backdoor: only the rounding of each weight is chosen, floor or
 * ceiling, for KL(f(x) ‖ q(x)) + α·CE(q(x_t), target), x from the calibration images. Scales are the preset's own, and
 * the full-precision model stays clean: what to audit is the quantizer.
 *
 * Our own version of the source's idea, which picks and forces weights layer by layer and also optimizes the trigger:
 * here all layers are tuned at once, from nearest rounding on, with straight-through gradients and a given trigger.
 *
 * Source: after QuRA, NDSS 2026 (arXiv 2510.09647); the version is our own.
 *
 * @param model  a clean, trained model; it does not change
 * @param images of the model's input shape; labels are not used
 * @returns the quantized model; `report` is null
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_BAD_MODEL (already quantized), ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function qura(model: Model, images: Dataset, options: QuraOptions = {}): Promise<QuantizedModel> {
  return atCall(qura, async () => {
    const { signal, onProgress, checkpoint, ...asked } = await parse('qura', quraOptions, options)
    return resumable(checkpoint, { signal, onProgress }, async control => {
      checkFullPrecision(model)
      const { trigger, settings } = await settleTrigger(model, images, asked, control)
      const data = images.sample(settings.calibration, settings.seed).imagesFor(model)
      const native = await loadNative()
      const job = {
        ...settings,
        trigger,
        preset: settings.quantizer,
        activationBits: activationBitsOf(settings.activationBits),
        device: await resolveDevice(settings.device),
      }
      const work = { name: 'qura', model: model.handle, images: data, settings: job }
      const handle = await runResumable(
        work,
        (report, keeping) => native.qura(model.handle, data, job, report, keeping),
        control,
      )
      return new QuantizedModel(native, handle, madeFrom(model, images, 'qura', settings))
    })
  })
}
