import type { Model } from '../model/model.js'
import { QuantizedModel } from '../model/quantized.js'

export const ROLES = { full: 'full precision', nearest: 'nearest rounding', purified: 'purified' } as const

/** What a model is in the story of a backdoor, by its history. */
export function roleOf(model: Model): string {
  if (!(model instanceof QuantizedModel)) return ROLES.full
  const made = model.provenance?.made ?? 'quantized'
  if (made === 'quantize') return ROLES.nearest
  return made === 'purify' ? ROLES.purified : made
}
