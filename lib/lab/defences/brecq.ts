// BRECQ (Li et al., ICLR 2021): the rounding of all weights of a block, learned together.
import { resumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { atCall } from '../../errors.js'
import type { Model } from '../../model/model.js'
import type { QuantizedModel } from '../../model/quantized.js'
import { type Input, lazySchema, parse } from '../../options.js'
import { annealingOptions, learnRounding, roundingOptions } from './rounding.js'

export const brecqOptions = lazySchema(z =>
  z.strictObject({ ...roundingOptions(z, 20_000), ...annealingOptions(z) }),
)
/** Options of brecq(). Values and defaults: docs/options.md. */
export type BrecqOptions = Input<typeof brecqOptions>

/**
 * Quantizes by block reconstruction: as AdaRound does, but against the output of a whole block, by the plain squared
 * error. A block reaches from one place that everything passes to the next: to a residual network's add and the
 * activation behind it.
 *
 * Source: Li et al., BRECQ, ICLR 2021.
 *
 * @param images benign images of the model's input shape from training data; labels are not used
 * @returns the quantized model; its `report` has the losses of every block
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_BAD_MODEL (already quantized), ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function brecq(model: Model, images: Dataset, options: BrecqOptions = {}): Promise<QuantizedModel> {
  return atCall(brecq, async () => {
    const { signal, onProgress, checkpoint, ...settings } = await parse('brecq', brecqOptions, options)
    return resumable(checkpoint, { signal, onProgress }, control =>
      learnRounding('brecq', 'brecq', model, images, settings, control),
    )
  })
}
