// Interval-calibrated noisy quantization (FARS FA0112, 2026): weights are moved by chance before they are rounded.
import type { Dataset } from '../../data/dataset.js'
import { atCall } from '../../errors.js'
import type { Model } from '../../model/model.js'
import type { QuantizedModel } from '../../model/quantized.js'
import { type Input, lazySchema, parse } from '../../options.js'
import { madeFrom } from '../../provenance.js'
import { quantizeWith, roundingOptions } from './data-free.js'

export const intervalNoiseOptions = lazySchema(z =>
  z.strictObject({
    factor: z
      .number()
      .min(0)
      .max(100)
      .default(1)
      .describe("the noise's standard deviation, in half widths of a quantization interval"),
    ...roundingOptions(z),
  }),
)
/** Options of intervalNoise(). Values and defaults: docs/options.md. */
export type IntervalNoiseOptions = Input<typeof intervalNoiseOptions>

/**
 * Adds normal noise to the weights and rounds to nearest. Its deviation is half the width of a quantization interval, the
 * median over the layer; the seed draws it.
 *
 * Source: interval-calibrated noisy quantization, FARS FA0112, 2026.
 *
 * @param images benign, of the model's input shape; only activation ranges are taken from them
 * @returns the quantized model; `report` is null
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_BAD_MODEL (already quantized), ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function intervalNoise(
  model: Model,
  images: Dataset,
  options: IntervalNoiseOptions = {},
): Promise<QuantizedModel> {
  return atCall(intervalNoise, async () => {
    const { signal, onProgress, ...settings } = await parse('interval-noise', intervalNoiseOptions, options)
    const rounding = { name: 'interval-noise', factor: settings.factor } as const
    const facts = () => madeFrom(model, images, 'interval-noise', settings)
    return quantizeWith(model, images, [rounding], settings, facts, { signal, onProgress })
  })
}
