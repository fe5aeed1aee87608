// AdaRound (Nagel et al., ICML 2020): learn for each weight whether it is rounded up or down.
import { resumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { atCall } from '../../errors.js'
import type { Model } from '../../model/model.js'
import type { QuantizedModel } from '../../model/quantized.js'
import { type Input, lazySchema, parse } from '../../options.js'
import { annealingOptions, learnRounding, roundingOptions } from './rounding.js'

export const adaRoundOptions = lazySchema(z =>
  z.strictObject({ ...roundingOptions(z, 20_000), ...annealingOptions(z) }),
)
/** Options of adaRound(). Values and defaults: docs/options.md. */
export type AdaRoundOptions = Input<typeof adaRoundOptions>

/**
 * Quantizes with adaptive rounding, unit by unit: every weight goes to that of its two neighbours on the grid that keeps
 * the unit's output.
 *
 * Source: Nagel et al., Up or Down? Adaptive Rounding for Post-Training Quantization, ICML 2020.
 *
 * @param images benign images of the model's input shape from training data; labels are not used
 * @returns the quantized model; its `report` has the losses of every unit
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_BAD_MODEL (already quantized), ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function adaRound(
  model: Model,
  images: Dataset,
  options: AdaRoundOptions = {},
): Promise<QuantizedModel> {
  return atCall(adaRound, async () => {
    const { signal, onProgress, checkpoint, ...settings } = await parse('adaround', adaRoundOptions, options)
    return resumable(checkpoint, { signal, onProgress }, control =>
      learnRounding('adaround', 'adaround', model, images, settings, control),
    )
  })
}
