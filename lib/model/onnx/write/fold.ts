// Folds frozen BN into the codes, scales and bias before it, exactly: with g = γ/sqrt(var + eps) of a channel,
//   g · ((code − zeroPoint) · scale) = (code' − zeroPoint') · (scale · |g|),   bias' = (bias − mean) · g + β
// where g < 0 turns the code around: affine code' = high − code, zeroPoint' = high − zeroPoint; symmetric code' = −code.
// The lowest code of a symmetric type has no negative; a channel that holds it takes code' = −1 − code, zeroPoint' = −1.
// Codes stay the codes: nothing is rounded but scale and bias, to float32.
import type { NodeSpec, QuantizerSpec, TensorData } from '../../../../binding.js'
import { typeBits } from '../tensor.js'

export interface FoldedWeight {
  quantizer: QuantizerSpec
  shape: readonly number[]
  codes: Int16Array
  /** None: no bias. */
  bias: Float32Array | null
}

export type ReadParameter = (node: NodeSpec, role: string) => Float32Array | null

/** A weight as it is, its codes as numbers. */
export function weightOf(
  { quantizer, codes }: { quantizer: QuantizerSpec; codes: TensorData },
  bias: Float32Array | null,
): FoldedWeight {
  const signed = codes.dtype === 'int8'
  const numbers = Int16Array.from(codes.data, byte => (signed ? (byte << 24) >> 24 : byte))
  return { quantizer, shape: codes.shape, codes: numbers, bias }
}

export function foldBatchNorm(weight: FoldedWeight, norm: NodeSpec, read: ReadParameter): FoldedWeight {
  const [channels = 1] = weight.shape
  const eps = typeof norm.attributes.eps === 'number' ? norm.attributes.eps : 1e-5
  const at = (values: Float32Array | null, index: number, fallback: number) => values?.[index] ?? fallback
  const [gamma, beta, mean, variance] = ['weight', 'bias', 'runningMean', 'runningVar'].map(role =>
    read(norm, role),
  ) as [Float32Array | null, Float32Array | null, Float32Array | null, Float32Array | null]
  const gains = Float64Array.from(
    { length: channels },
    (_, channel) => at(gamma, channel, 1) / Math.sqrt(at(variance, channel, 1) + eps),
  )
  const bias = Float32Array.from(
    gains,
    (gain, channel) => (at(weight.bias, channel, 0) - at(mean, channel, 0)) * gain + at(beta, channel, 0),
  )
  return { ...scaled(weight, gains), bias }
}

function scaled({ quantizer, shape, codes }: FoldedWeight, gains: Float64Array): FoldedWeight {
  const size = codes.length / gains.length
  const turned = Int16Array.from(codes)
  const scale: number[] = []
  const zeroPoint: number[] = []
  gains.forEach((gain, channel) => {
    const from = quantizer.perChannel ? channel : 0
    const zero = quantizer.zeroPoint[from] ?? 0
    const part = turned.subarray(channel * size, (channel + 1) * size)
    const product = Math.fround((quantizer.scale[from] ?? 1) * Math.abs(gain))
    if (product === 0 || !Number.isFinite(product)) part.fill(zero) // nothing of the channel is left
    scale.push(product > 0 && Number.isFinite(product) ? product : 1)
    zeroPoint.push(gain < 0 ? turn(part, zero, quantizer) : zero)
  })
  return { quantizer: { ...quantizer, perChannel: true, scale, zeroPoint }, shape, codes: turned, bias: null }
}

/** Turns a channel's codes around; gives its new zero point. */
function turn(codes: Int16Array, zeroPoint: number, { bits, symmetric }: QuantizerSpec): number {
  const lowest = -(2 ** (typeBits(bits) - 1))
  const sum = symmetric ? (codes.includes(lowest) ? -1 : 0) : 2 ** bits - 1
  codes.forEach((code, at) => {
    codes[at] = sum - code
  })
  return sum - zeroPoint
}
