// QVec (arXiv 2606.20254): nearest rounding's error taken for a malicious task vector, and subtracted.
import type { Dataset } from '../../data/dataset.js'
import { atCall } from '../../errors.js'
import type { Model } from '../../model/model.js'
import type { QuantizedModel } from '../../model/quantized.js'
import { type Input, lazySchema, parse } from '../../options.js'
import { madeFrom } from '../../provenance.js'
import { quantizeWith, roundingOptions } from './data-free.js'

/**
 * Where `lambda` is searched. 0 is no candidate: it is nearest rounding, which the attacker has trained to behave on
 * benign images, so that agreement would often choose it.
 */
export const LAMBDAS = [0.25, 0.5, 0.75, 1, 1.5] as const

export const qvecOptions = lazySchema(z =>
  z.strictObject({
    lambda: z
      .union([z.number().min(0).max(2), z.literal('search')], { error: 'a number from 0 to 2, or "search"' })
      .default('search')
      .describe(
        `how much of the rounding's error is subtracted; search: of ${LAMBDAS.join(', ')} the one that agrees most with full precision`,
      ),
    ...roundingOptions(z),
  }),
)
/** Options of qvec(). Values and defaults: docs/options.md. */
export type QvecOptions = Input<typeof qvecOptions>

/**
 * Rounds W − λ(Q(W) − W) by the quantizer of W, Q being nearest rounding. Our reading of the source, of which only the
 * abstract is public.
 *
 * λ is searched by agreement: the share of `images` whose top-1 is that of the full-precision model. Labels and triggers
 * are not read. Of λ that agree equally often the largest is taken: benign images don't show the backdoor, and a larger
 * λ leads farther from the rounding that wakes it. The figures are in the provenance, as `grid`.
 *
 * Source: after Yang et al., Quantization as a Malicious Task, arXiv 2606.20254.
 *
 * @param images benign, of the model's input shape; activation ranges are taken from them too
 * @returns the quantized model; `report` is null
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_BAD_MODEL (already quantized), ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function qvec(model: Model, images: Dataset, options: QvecOptions = {}): Promise<QuantizedModel> {
  return atCall(qvec, async () => {
    const { signal, onProgress, ...settings } = await parse('qvec', qvecOptions, options)
    const lambdas = settings.lambda === 'search' ? LAMBDAS : [settings.lambda]
    const roundings = lambdas.map(lambda => ({ name: 'against-quantization-vector', lambda }) as const)
    return quantizeWith(
      model,
      images,
      roundings,
      settings,
      ({ chosen, agreement }) => {
        const grid = agreement.map((percent, at) => ({ lambda: lambdas[at], agreement: percent }))
        return madeFrom(model, images, 'qvec', { ...settings, lambda: lambdas[chosen], grid })
      },
      { signal, onProgress },
    )
  })
}
