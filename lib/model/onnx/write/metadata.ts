import type { ModelSpec } from '../../../../binding.js'
import type { ModelFacts } from '../../facts.js'

/** Names of what Shellac says about a model in an ONNX file, as JSON. */
export const KEYS = {
  provenance: 'shellac.provenance',
  quantization: 'shellac.quantization',
  normalization: 'shellac.normalization',
  classes: 'shellac.classes',
} as const

/** How the model was made, how it is quantized, how it reads images, and its classes: what is known of it. */
export function metadataOf({ quantization }: ModelSpec, facts: ModelFacts): { key: string; value: string }[] {
  const { preset, weightBits, activationBits } = quantization ?? {}
  const known = { ...facts, quantization: quantization && { preset, weightBits, activationBits } }
  return Object.entries(KEYS)
    .map(([key, name]) => ({ key: name, value: JSON.stringify(known[key as keyof typeof KEYS]) }))
    .filter(({ value }) => value !== 'null')
}
