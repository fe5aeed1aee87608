// After FlipGuard (arXiv 2606.28962): the weights nearest a rounding boundary get the other code.
import type { Dataset } from '../../data/dataset.js'
import { atCall } from '../../errors.js'
import type { Model } from '../../model/model.js'
import type { QuantizedModel } from '../../model/quantized.js'
import { type Input, lazySchema, parse } from '../../options.js'
import { madeFrom } from '../../provenance.js'
import { quantizeWith, roundingOptions } from './data-free.js'

export const boundaryFlipsOptions = lazySchema(z =>
  z.strictObject({
    flipped: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe("of each layer's weights, those nearest a rounding boundary, that get the other code"),
    ...roundingOptions(z),
  }),
)
/** Options of boundaryFlips(). Values and defaults: docs/options.md. */
export type BoundaryFlipsOptions = Input<typeof boundaryFlipsOptions>

/**
 * Rounds to nearest, but those weights of each layer that lie nearest a boundary between two codes to the other one:
 * floor instead of ceiling and vice versa, as long as the code is on the grid.
 *
 * Source: after FlipGuard, arXiv 2606.28962.
 *
 * @param images benign, of the model's input shape; only activation ranges are taken from them
 * @returns the quantized model; `report` is null
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_BAD_MODEL (already quantized), ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function boundaryFlips(
  model: Model,
  images: Dataset,
  options: BoundaryFlipsOptions = {},
): Promise<QuantizedModel> {
  return atCall(boundaryFlips, async () => {
    const { signal, onProgress, ...settings } = await parse('boundary-flips', boundaryFlipsOptions, options)
    const rounding = { name: 'boundary-flips', share: settings.flipped } as const
    const facts = () => madeFrom(model, images, 'boundary-flips', settings)
    return quantizeWith(model, images, [rounding], settings, facts, { signal, onProgress })
  })
}
