// The paper's own method, under the names that its ablation (Table 5) has for it.
import type { Dataset } from '../../data/dataset.js'
import { atCall } from '../../errors.js'
import type { Model } from '../../model/model.js'
import type { QuantizedModel } from '../../model/quantized.js'
import { type Input, parse } from '../../options.js'
import { purify, purifyOptions } from '../../purify.js'

/** Those of purify(), but whether there is PDA is in the name. */
export const lacOptions = async () => (await purifyOptions()).omit({ pda: true })
/** Options of lac() and lacPda(): those of purify() without `pda`. Values and defaults: docs/options.md. */
export type LacOptions = Input<typeof lacOptions>

/** purify() without PDA. Errors as of purify(). */
export function lac(model: Model, images: Dataset, options: LacOptions = {}): Promise<QuantizedModel> {
  return atCall(lac, async () =>
    purify(model, images, { ...(await parse('lac', lacOptions, options)), pda: false }),
  )
}

/** purify() with PDA, its default. Errors as of purify(). */
export function lacPda(model: Model, images: Dataset, options: LacOptions = {}): Promise<QuantizedModel> {
  return atCall(lacPda, async () =>
    purify(model, images, { ...(await parse('lac-pda', lacOptions, options)), pda: true }),
  )
}
