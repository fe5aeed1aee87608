// What makes a layer ready for integer kernels, and keeps a runtime from making it so by itself and worse:
// - Both operands 8 bits: the bias as int32 in steps of the product of their scales, as integer kernels add it. A model that
//   was quantized here has its biases there already (native/core/quant/integer_bias.h). Symmetric
//   codes go as uint8 around 128, since onnxruntime's kernels for uint8 × int8 saturate on processors without VNNI.
// - One of 4 bits: there are no such kernels, and those steps are so coarse that a rounded bias changes codes (onnxruntime
//   would round it). The bias stays float, in an Add of its own.
import type { QuantizerSpec } from '../../../../binding.js'
import { typeBits } from '../tensor.js'
import type { FoldedWeight } from './fold.js'

export interface IntegerBias {
  codes: Int32Array
  scale: Float32Array
}

export interface IntegerReady {
  weight: FoldedWeight
  /** float: an input of the layer, as floats. outside: an Add behind it. */
  bias: IntegerBias | 'float' | 'outside'
}

/** input: how the value that the layer reads is rounded; undefined where it is float. */
export function integerReady(weight: FoldedWeight, input: QuantizerSpec | undefined): IntegerReady {
  if (!input) return { weight, bias: 'float' }
  const outside = weight.bias ? 'outside' : 'float'
  if (typeBits(input.bits) === 4 || typeBits(weight.quantizer.bits) === 4) return { weight, bias: outside }
  return { weight: unsigned(weight), bias: weight.bias ? (integerBias(weight, input) ?? outside) : 'float' }
}

function unsigned(weight: FoldedWeight): FoldedWeight {
  const { quantizer, codes } = weight
  if (!quantizer.symmetric) return weight
  return {
    ...weight,
    quantizer: {
      ...quantizer,
      bits: 8,
      symmetric: false,
      zeroPoint: quantizer.zeroPoint.map(zero => zero + 128),
    },
    codes: codes.map(code => code + 128),
  }
}

/** null where a number of the bias has no int32 code. */
function integerBias({ bias, quantizer }: FoldedWeight, input: QuantizerSpec): IntegerBias | null {
  if (!bias) return null
  const [step = 1] = input.scale
  const scale = Float32Array.from(
    bias,
    (_, at) => step * (quantizer.scale[quantizer.perChannel ? at : 0] ?? 1),
  )
  const codes = Float64Array.from(bias, (number, at) => Math.round(number / (scale[at] ?? 1)))
  return codes.every(code => Math.abs(code) < 2 ** 31) ? { codes: Int32Array.from(codes), scale } : null
}
