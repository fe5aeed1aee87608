import type { AuditedClass } from '../../binding.js'

/** A trigger that the search came up with: x' = (1 − mask) · x + mask · pattern. */
export interface InvertedTrigger {
  /** To which it leads the quantized model. */
  class: number
  /** [channels, height, width] */
  shape: readonly [number, number, number]
  /** [height, width], one byte each, 255 for 1; base64. */
  mask: string
  /** [channels, height, width], one byte each, 255 for 1; base64. */
  pattern: string
}

export const invertedTrigger = (
  index: number,
  shape: readonly [number, number, number],
  { mask, pattern }: AuditedClass,
): InvertedTrigger => ({ class: index, shape, mask: bytes(mask), pattern: bytes(pattern) })

const bytes = (values: Float32Array): string =>
  Buffer.from(Uint8Array.from(values, value => Math.round(255 * value))).toString('base64')
