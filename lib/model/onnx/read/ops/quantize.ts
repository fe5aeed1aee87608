// QuantizeLinear and DequantizeLinear. On a tensor of the file they make a weight as codes, or a bias; on a value that
// depends on the images, a pair of them is a quantizer of that value.
import type { QuantizerSpec } from '../../../../../binding.js'
import { DataType, floatVector } from '../../tensor.js'
import type { Call, Lower } from '../call.js'
import { unsupported } from '../refuse.js'
import { codeReader, numbersOf, type Stored } from '../stored.js'
import type { Codes, Constant, Feature, Value, Weight } from '../values.js'

interface Grid {
  bits: 4 | 8
  signed: boolean
}

const GRIDS: Readonly<Partial<Record<DataType, Grid>>> = {
  [DataType.INT4]: { bits: 4, signed: true },
  [DataType.UINT4]: { bits: 4, signed: false },
  [DataType.INT8]: { bits: 8, signed: true },
  [DataType.UINT8]: { bits: 8, signed: false },
}

/**
 * The quantizer of a weight: symmetric where every zero point is in the middle of its type, or else affine, codes from 0.
 */
export function quantizerOf(call: Call, { codes, scale, zeroPoint, axis }: Weight): QuantizerSpec {
  const grid = GRIDS[codes.type]
  if (!grid)
    throw unsupported(call.node, `codes of type ${DataType[codes.type]}`, 'int4, uint4, int8 or uint8')
  const middle = 2 ** (grid.bits - 1)
  const symmetric = zeroPoint.every(zero => zero === (grid.signed ? 0 : middle))
  const shift = symmetric ? (grid.signed ? 0 : -middle) : grid.signed ? middle : 0
  return {
    bits: grid.bits,
    symmetric,
    perChannel: axis !== null,
    scale: [...scale],
    zeroPoint: zeroPoint.map(zero => zero + shift),
  }
}

/** Scale and zero point of a node; one number, or one an index of its axis. */
function stepsOf(call: Call, at = 1): { scale: number[]; zeroPoint: number[]; type: DataType } {
  if (call.attributes.integer('block_size', 0) !== 0) {
    throw unsupported(call.node, 'block_size', 'one scale a tensor or a channel')
  }
  const scaleTensor = call.constant(at)
  const scale = numbersOf(scaleTensor)
  if (!scale || scaleTensor.shape.length > 1)
    throw call.bad(`scales of shape [${scaleTensor.shape}]`, 'a number or a list')
  const zero = call.inputs[at + 1]
  if (zero === undefined) return { scale, zeroPoint: scale.map(() => 0), type: DataType.UNDEFINED }
  if (zero.kind !== 'constant')
    throw call.bad('a zero point that is no tensor of the file', 'one of the file')
  const { tensor } = zero
  const zeroPoint = tensor.inline && (codeReader(tensor)?.(tensor.inline) ?? numbersOf(tensor))
  if (!zeroPoint || zeroPoint.length !== scale.length) {
    throw call.bad(
      `zero points of shape [${tensor.shape}], ${DataType[tensor.type]}`,
      `${scale.length} integers`,
    )
  }
  return { scale, zeroPoint: Array.from(zeroPoint), type: tensor.type }
}

export const quantizeLinear: Lower = call => {
  return codesFor(call, call.feature(0), call.node.input[0] ?? '', 1)
}

/** Of a value whose scale and zero point are the inputs `at` and after. `name`: by which others read it unrounded. */
export function codesFor(call: Call, of: Feature, name: string | null, at: number): Codes {
  const { scale, zeroPoint, type } = stepsOf(call, at)
  const codes = type === DataType.UNDEFINED ? call.attributes.integer('output_dtype', DataType.UINT8) : type
  const grid = GRIDS[(codes || DataType.UINT8) as DataType]
  if (!grid) throw unsupported(call.node, `codes of type ${DataType[codes]}`, 'int4, uint4, int8 or uint8')
  if (scale.length !== 1) throw unsupported(call.node, `${scale.length} scales of a value`, 'one scale')
  // Codes of values are counted from 0: the grid of int8 with zero point z is that of uint8 with z + 128.
  const shift = grid.signed ? 2 ** (grid.bits - 1) : 0
  const quantizer = {
    bits: grid.bits,
    symmetric: false,
    perChannel: false,
    scale,
    zeroPoint: zeroPoint.map(zero => zero + shift),
  }
  return { kind: 'codes', of, name, quantizer }
}

export const dequantizeLinear: Lower = call => {
  const value = call.inputs[0]
  if (value?.kind === 'codes') return rounded(call, value, 1)
  if (value?.kind !== 'constant') {
    throw unsupported(
      call.node,
      'an input that is neither a tensor of the file nor codes',
      'QuantizeLinear before it',
    )
  }
  return dequantized(call, value.tensor, 1, call.attributes.integer('axis', 1))
}

/** A tensor of codes in the file, their scale and zero point the inputs `at` and after. */
export function dequantized(call: Call, tensor: Stored, at: number, axis: number): Value {
  const { scale, zeroPoint } = stepsOf(call, at)
  call.builder.spend(16 * scale.length)
  if (tensor.type === DataType.INT32) return dequantizedBias(call, tensor, scale, zeroPoint)
  if (!GRIDS[tensor.type]) {
    throw unsupported(call.node, `codes of type ${DataType[tensor.type]}`, 'int4, uint4, int8 or uint8')
  }
  const perChannel = scale.length > 1 || (call.constant(at).shape.length === 1 && tensor.shape[axis] === 1)
  const along = axis < 0 ? axis + tensor.shape.length : axis
  return { kind: 'weight', codes: tensor, scale, zeroPoint, axis: perChannel ? along : null }
}

function dequantizedBias(call: Call, tensor: Stored, scale: number[], zeroPoint: number[]): Value {
  const codes = numbersOf(tensor)
  if (!codes || (scale.length !== 1 && scale.length !== codes.length)) {
    throw call.bad(
      `int32 codes of shape [${tensor.shape}] with ${scale.length} scales`,
      'one scale, or one a code',
    )
  }
  const at = (list: number[], index: number) => list[list.length === 1 ? 0 : index] ?? 0
  return biasFloats(
    call,
    tensor,
    codes.map((code, index) => (code - at(zeroPoint, index)) * at(scale, index)),
  )
}

function biasFloats(call: Call, { shape }: Stored, numbers: number[]): Constant {
  const { data } = floatVector(numbers)
  call.builder.spend(data.length)
  const tensor = { name: '', type: DataType.FLOAT, shape, inline: data, read: async () => data }
  return { kind: 'constant', tensor }
}

/** A tensor of codes with one scale, as floats. */
export function dequantizedFloats(call: Call, tensor: Stored, at: number): Constant {
  const { scale, zeroPoint } = stepsOf(call, at)
  const codes = tensor.inline && codeReader(tensor)?.(tensor.inline)
  if (!codes || scale.length !== 1)
    throw call.bad(`a constant of shape [${tensor.shape}]`, 'codes with one scale')
  const [[step = 1], [zero = 0]] = [scale, zeroPoint]
  return biasFloats(
    call,
    tensor,
    Array.from(codes, code => (code - zero) * step),
  )
}

/** An int32 bias in steps of the product of an input's scale and the weight's. */
export function integerBias(call: Call, at: number, step: number, { scale }: Weight): Constant | undefined {
  const value = call.inputs[at]
  if (value === undefined) return undefined
  const codes =
    value.kind === 'constant' && value.tensor.type === DataType.INT32 ? numbersOf(value.tensor) : null
  if (value.kind !== 'constant' || !codes || (scale.length !== 1 && scale.length !== codes.length))
    throw call.bad('a bias of another kind', `int32 codes, with ${scale.length} scales`)
  const each = (index: number) => scale[scale.length === 1 ? 0 : index] ?? 0
  return biasFloats(
    call,
    value.tensor,
    codes.map((code, index) => code * step * each(index)),
  )
}

/** The value, rounded: its quantizer where nothing else reads it raw, or an identity's behind it. */
export function rounded(call: Call, codes: Codes, at: number): Feature {
  if (!sameSteps(call, codes.quantizer, at))
    throw call.bad('another scale or zero point than its input was rounded with', 'the same')
  return asRounded(call, codes)
}

export function asRounded(call: Call, { of, name, quantizer }: Codes): Feature {
  const { builder, uses, output } = call.around
  const known = builder.activations.get(of.node)
  if (known && JSON.stringify(known) === JSON.stringify(quantizer)) return { ...of, alias: true }
  const unread = name === null || (uses.get(name) === 1 && name !== output)
  const alone = !known && !of.alias && unread
  const value = alone ? of : builder.add(`${of.node}.rounded`, 'identity', [of], of.shape)
  builder.activations.set(value.node, quantizer)
  return { ...value, layout: of.layout, alias: true }
}

function sameSteps(call: Call, quantizer: QuantizerSpec, at: number): boolean {
  const { scale, zeroPoint, type } = stepsOf(call, at)
  const grid = GRIDS[type]
  const shift = grid?.signed ? 2 ** (grid.bits - 1) : 0
  const zero = (zeroPoint[0] ?? 0) + shift
  return scale.length === 1 && scale[0] === quantizer.scale[0] && zero === quantizer.zeroPoint[0]
}
