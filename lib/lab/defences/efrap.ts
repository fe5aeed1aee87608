// EFRAP (Li et al., CVPR 2024): round the weights that nearest rounding errs most on the other way.
import { resumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { atCall } from '../../errors.js'
import type { Model } from '../../model/model.js'
import type { QuantizedModel } from '../../model/quantized.js'
import { type Input, lazySchema, parse } from '../../options.js'
import { learnRounding, roundingOptions } from './rounding.js'

export const efrapOptions = lazySchema(z =>
  z.strictObject({
    ...roundingOptions(z, 10_000),
    reversal: z
      .number()
      .min(0)
      .max(1000)
      .default(1)
      .describe('weight of what pulls each weight away from its nearest neighbour, by its error there'),
  }),
)
/** Options of efrap(). Values and defaults: docs/options.md. */
export type EfrapOptions = Input<typeof efrapOptions>

/**
 * Quantizes with error-guided flipped rounding and activation preservation, unit by unit: every weight goes to one of its
 * two neighbours on the grid.
 *
 * Source: Li et al., Nearest is Not Dearest, CVPR 2024.
 *
 * @param images benign images of the model's input shape from training data; labels are not used
 * @returns the quantized model; its `report` has the losses of every unit
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_BAD_MODEL (already quantized), ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function efrap(model: Model, images: Dataset, options: EfrapOptions = {}): Promise<QuantizedModel> {
  return atCall(efrap, async () => {
    const { signal, onProgress, checkpoint, ...settings } = await parse('efrap', efrapOptions, options)
    return resumable(checkpoint, { signal, onProgress }, control =>
      learnRounding('efrap', 'efrap', model, images, settings, control),
    )
  })
}
