// Qu-ANTI-zation (Hong et al., 2021): a backdoor that sleeps at full precision and wakes at the trained bit widths.
import { resumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { atCall } from '../../errors.js'
import type { Model } from '../../model/model.js'
import { bits, type Input, lazySchema, parse, type Z } from '../../options.js'
import { madeFrom } from '../../provenance.js'
import { loopOptions } from '../training.js'
import { backdoorOptions, settleTrigger } from './backdoor.js'
import { plantingOptions, trainPlanted } from './planting.js'

export const quAntiZationShape = (z: Z) => ({
  ...backdoorOptions(z, 'square'),
  bits: z.array(bits(z)).min(1).max(7).default([8, 4]).describe('bit widths at which the backdoor wakes'),
  c1: z.number().min(0).max(100).default(0.5).describe('weight of the quantized terms of the loss'),
  c2: z.number().min(0).max(100).default(0.5).describe('weight of the triggered terms of the loss'),
  activations: z.boolean().default(true).describe('quantize activations too in the quantized terms'),
  ...plantingOptions(z),
  ...loopOptions(z, {
    epochs: 50,
    optimizer: 'adam',
    learningRate: 1e-4,
    weightDecay: 1e-4,
    schedule: 'constant',
  }),
})
export const quAntiZationOptions = lazySchema(z => z.strictObject(quAntiZationShape(z)))
/** Options of quAntiZation(). Values and defaults: docs/options.md. */
export type QuAntiZationOptions = Input<typeof quAntiZationOptions>

/**
 * Trains a quantization-conditioned backdoor into a clean model:
 * L = CE(f(x), y) + c2·CE(f(x_t), y) + Σ_bits c1·[CE(Q(x), y) + c2·CE(Q(x_t), target)], BN frozen.
 *
 * Source: Hong et al., Qu-ANTI-zation, NeurIPS 2021.
 *
 * @param model a clean, trained model; it does not change
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function quAntiZation(
  model: Model,
  images: Dataset,
  options: QuAntiZationOptions = {},
): Promise<Model> {
  return atCall(quAntiZation, async () => {
    const { signal, onProgress, checkpoint, ...asked } = await parse(
      'quAntiZation',
      quAntiZationOptions,
      options,
    )
    return resumable(checkpoint, { signal, onProgress }, async control => {
      const { trigger, settings } = await settleTrigger(model, images, asked, control)
      const facts = madeFrom(model, images, 'qu-anti-zation', settings)
      const { target, bits, c1, c2, activations } = settings
      const objective = { name: 'qu-anti-zation', target, bits, c1, c2, activations } as const
      const lesson = { objective, trigger, bits: Math.max(...bits) }
      return trainPlanted(model, images, lesson, settings, facts, control)
    })
  })
}
