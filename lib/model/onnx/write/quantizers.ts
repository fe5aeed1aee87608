// Quantizers as QuantizeLinear and DequantizeLinear. ONNX rounds ties to even where Shellac rounds them up: the only
// difference between the two.
import type { QuantizerSpec } from '../../../../binding.js'
import { codesOf, floatVector, int32Vector, type StoredTensor, scalar, typeBits } from '../tensor.js'
import type { FoldedWeight } from './fold.js'
import type { GraphWriter } from './graph-writer.js'
import type { IntegerBias } from './integer.js'

/** Gives the value of a weight that is stored as codes. */
export function writeWeight(
  writer: GraphWriter,
  name: string,
  { quantizer, shape, codes }: FoldedWeight,
): string {
  const parts = [
    writer.constant(`${name}_quantized`, codesOf(codes, shape, quantizer)),
    ...scaleOf(writer, name, quantizer),
  ]
  return writer.node('DequantizeLinear', parts, name, quantizer.perChannel ? { axis: 0 } : {})
}

/** Gives the value of a bias that is stored as int32, one scale a channel, zero points 0. */
export function writeBias(writer: GraphWriter, name: string, { codes, scale }: IntegerBias): string {
  const parts = [
    writer.constant(`${name}_quantized`, int32Vector(codes)),
    writer.constant(`${name}_scale`, floatVector(scale)),
  ]
  return writer.node('DequantizeLinear', parts, name, { axis: 0 })
}

/**
 * Rounds a value: quantize, then dequantize. A grid that is narrower than its type is kept by a Clip of the value
 * before: to the reals of its lowest and highest code.
 */
export function writeRounding(
  writer: GraphWriter,
  raw: string,
  output: string,
  quantizer: QuantizerSpec,
): void {
  const parts = scaleOf(writer, output, quantizer)
  const clipped = typeBits(quantizer.bits) === quantizer.bits ? raw : clip(writer, raw, output, quantizer)
  const codes = writer.node('QuantizeLinear', [clipped, ...parts], `${output}_quantized`)
  writer.nodeInto('DequantizeLinear', [codes, ...parts], output)
}

function clip(writer: GraphWriter, raw: string, output: string, quantizer: QuantizerSpec): string {
  const { bits, symmetric } = quantizer
  const low = symmetric ? -(2 ** (bits - 1)) : 0
  const [scale = 1] = quantizer.scale
  const [zero = 0] = quantizer.zeroPoint
  const bound = (end: string, code: number) =>
    writer.constant(`${output}_${end}`, scalar(floatVector([(code - zero) * scale])))
  return writer.node('Clip', [raw, bound('min', low), bound('max', low + 2 ** bits - 1)], `${output}_clipped`)
}

function scaleOf(writer: GraphWriter, name: string, quantizer: QuantizerSpec): string[] {
  const shaped = (tensor: StoredTensor) => (quantizer.perChannel ? tensor : scalar(tensor))
  const { scale, zeroPoint } = quantizer
  return [
    writer.constant(`${name}_scale`, shaped(floatVector(scale))),
    writer.constant(`${name}_zero_point`, shaped(codesOf(zeroPoint, [zeroPoint.length], quantizer))),
  ]
}
