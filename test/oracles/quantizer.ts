// Quantization one number at a time, in float32 as the formula in native/core/quant/quantizer.h says.
import type { QuantizerSpec } from '../../binding.js'

const f = Math.fround

export const low = (q: QuantizerSpec) => (q.symmetric ? -(2 ** (q.bits - 1)) : 0)
export const high = (q: QuantizerSpec) => (q.symmetric ? 2 ** (q.bits - 1) - 1 : 2 ** q.bits - 1)

/** The code before it is clamped. */
export function freeCode(x: number, q: QuantizerSpec, channel = 0): number {
  const at = q.perChannel ? channel : 0
  return Math.floor(f(f(x / f(q.scale[at]!)) + 0.5)) + q.zeroPoint[at]!
}

export const code = (x: number, q: QuantizerSpec, channel = 0): number =>
  Math.min(Math.max(freeCode(x, q, channel), low(q)), high(q))

export function realOf(c: number, q: QuantizerSpec, channel = 0): number {
  const at = q.perChannel ? channel : 0
  return f((c - q.zeroPoint[at]!) * f(q.scale[at]!))
}

/** Scale and zero point of a range that holds 0. */
export function affineOf(min: number, max: number, bits: number) {
  const scale = f(f(Math.max(max, 0) - Math.min(min, 0)) / (2 ** bits - 1))
  return { scale, zeroPoint: -Math.floor(f(f(Math.min(min, 0) / scale) + 0.5)) }
}

export const symmetricOf = (min: number, max: number, bits: number) =>
  f(Math.max(Math.abs(min), Math.abs(max)) / (2 ** (bits - 1) - 1))
