// The adaptive attack (the paper, section 6): Qu-ANTI-zation by an attacker who knows what LAC looks at.
import { resumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { atCall } from '../../errors.js'
import type { Model } from '../../model/model.js'
import { type Input, lazySchema, parse } from '../../options.js'
import { madeFrom } from '../../provenance.js'
import { settleTrigger } from './backdoor.js'
import { trainPlanted } from './planting.js'
import { quAntiZationShape } from './qu-anti-zation.js'

export const adaptiveOptions = lazySchema(z =>
  z.strictObject({
    ...quAntiZationShape(z),
    lambda: z
      .number()
      .min(0)
      .max(1e6)
      .default(1)
      .describe('weight of the difference between the outputs of rounded and unrounded layers'),
  }),
)
/** Options of adaptive(). Values and defaults: docs/options.md. */
export type AdaptiveOptions = Input<typeof adaptiveOptions>

/**
 * Trains a backdoor that tries to bypass LAC: the loss of quAntiZation(), and λ times the mean squared difference that
 * rounding makes to the output of each layer, on clean and on triggered images; the rounded weight is a constant to its
 * gradient.
 *
 * Source: Li et al., Purifying Quantization-conditioned Backdoors, ICML 2024, section 6.
 *
 * @param model a clean, trained model; it does not change
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function adaptive(model: Model, images: Dataset, options: AdaptiveOptions = {}): Promise<Model> {
  return atCall(adaptive, async () => {
    const { signal, onProgress, checkpoint, ...asked } = await parse('adaptive', adaptiveOptions, options)
    return resumable(checkpoint, { signal, onProgress }, async control => {
      const { trigger, settings } = await settleTrigger(model, images, asked, control)
      const facts = madeFrom(model, images, 'adaptive', settings)
      const { target, bits, c1, c2, activations, lambda } = settings
      const objective = { name: 'adaptive', target, bits, c1, c2, activations, lambda } as const
      const lesson = { objective, trigger, bits: Math.max(...bits) }
      return trainPlanted(model, images, lesson, settings, facts, control)
    })
  })
}
