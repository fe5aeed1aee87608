// QDrop (Wei et al., ICLR 2022): BRECQ, with the rounding of activations dropped at random while it learns.
import { resumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { atCall } from '../../errors.js'
import type { Model } from '../../model/model.js'
import type { QuantizedModel } from '../../model/quantized.js'
import { type Input, lazySchema, parse } from '../../options.js'
import { annealingOptions, learnRounding, roundingOptions } from './rounding.js'

export const qDropOptions = lazySchema(z =>
  z.strictObject({
    ...roundingOptions(z, 20_000),
    ...annealingOptions(z),
    drop: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('probability that an element of a rounded activation is its full-precision value'),
  }),
)
/** Options of qDrop(). Values and defaults: docs/options.md. */
export type QDropOptions = Input<typeof qDropOptions>

/**
 * Quantizes by block reconstruction on activations of which each element, at random, is rounded or not.
 *
 * Source: Wei et al., QDrop, ICLR 2022.
 *
 * @param images benign images of the model's input shape from training data; labels are not used
 * @returns the quantized model; its `report` has the losses of every block
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_BAD_MODEL (already quantized), ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function qDrop(model: Model, images: Dataset, options: QDropOptions = {}): Promise<QuantizedModel> {
  return atCall(qDrop, async () => {
    const { signal, onProgress, checkpoint, ...settings } = await parse('qdrop', qDropOptions, options)
    return resumable(checkpoint, { signal, onProgress }, control =>
      learnRounding('qdrop', 'brecq', model, images, settings, control),
    )
  })
}
