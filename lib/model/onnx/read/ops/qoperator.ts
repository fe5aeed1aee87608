// Ops that read and make codes (onnxruntime's QOperator format): each is the op of floats between what rounds its inputs and
// what rounds its output.
import type { Call, Lower } from '../call.js'
import { unsupported } from '../refuse.js'
import type { Codes, Feature, Value, Weight } from '../values.js'
import { sigmoidOf } from './curves.js'
import { add, multiply } from './elementwise.js'
import { conv, gemm, matMul } from './layers.js'
import { averagePool, globalAveragePool, reduceMean } from './pools.js'
import { asRounded, codesFor, dequantized, dequantizedFloats, integerBias, rounded } from './quantize.js'
import { concat } from './sizes.js'

/** A value of codes as it was rounded; its scale and zero point are the inputs `scale` and after. */
function valueAt(call: Call, at: number, scale: number): Feature {
  const value = call.inputs[at]
  if (value?.kind === 'codes') return rounded(call, value, scale)
  throw unsupported(
    call.node,
    `input ${at} is no value of codes`,
    'what QuantizeLinear or a QLinear op makes',
  )
}

/** A value of codes, or a tensor of codes as floats. */
function operandAt(call: Call, at: number): Value {
  const value = call.inputs[at]
  return value?.kind === 'constant'
    ? dequantizedFloats(call, value.tensor, at + 1)
    : valueAt(call, at, at + 1)
}

function weightAt(call: Call, at: number, axis: number): Weight {
  const value = call.inputs[at]
  const tensor = value?.kind === 'constant' ? value.tensor : null
  const weight = tensor && dequantized(call, tensor, at + 1, axis)
  if (weight?.kind === 'weight') return weight
  throw unsupported(call.node, `input ${at} is no tensor of codes`, 'a weight of the file')
}

/** The result as codes, scale and zero point the inputs `at` and after; floats where an op leaves them out. */
function coded(call: Call, made: Value | Value[], at: number): Value {
  if (Array.isArray(made)) throw call.bad('several outputs', 'one')
  const feature = call.withInputs(made).feature(0)
  return call.has(at) ? codesFor(call, feature, null, at) : feature
}

const stepOf = (call: Call, at: number): number => call.scalar(at, 1)

const qConv: Lower = call => {
  const weight = weightAt(call, 3, 0)
  const bias = integerBias(call, 8, stepOf(call, 1), weight)
  return coded(call, conv(call.withInputs(valueAt(call, 0, 1), weight, bias)), 6)
}

/** Rows of the weight are inputs, its columns outputs. */
const qMatMul: Lower = call =>
  coded(call, matMul(call.withInputs(valueAt(call, 0, 1), weightAt(call, 3, 1))), 6)

const qGemm: Lower = call => {
  const weight = weightAt(call, 3, call.attributes.integer('transB', 0) === 1 ? 0 : 1)
  const bias = integerBias(call, 6, stepOf(call, 1), weight)
  return coded(call, gemm(call.withInputs(valueAt(call, 0, 1), weight, bias)), 7)
}

const binary =
  (op: Lower): Lower =>
  call =>
    coded(call, op(call.withInputs(operandAt(call, 0), operandAt(call, 3))), 6)

const single =
  (op: Lower): Lower =>
  call => {
    if (call.attributes.integer('channels_last', 0) !== 0)
      throw unsupported(call.node, 'channels_last', 'channels first')
    return coded(call, op(call.withInputs(valueAt(call, 0, 1))), 3)
  }

const qConcat: Lower = call => {
  const parts: Feature[] = []
  for (let at = 2; at < call.count; at += 3) parts.push(valueAt(call, at, at + 1))
  return coded(call, concat(call.withInputs(...parts)), 0)
}

export const QOPERATORS: Readonly<Record<string, Lower>> = {
  QLinearConv: qConv,
  QLinearMatMul: qMatMul,
  QGemm: qGemm,
  QLinearAdd: binary(add),
  QLinearMul: binary(multiply),
  QLinearSigmoid: single(sigmoidOf),
  QLinearGlobalAveragePool: single(globalAveragePool),
  QLinearAveragePool: single(averagePool),
  QLinearReduceMean: single(reduceMean),
  QLinearConcat: qConcat,
}

/** Ops that leave numbers as they are, or choose among them, work on codes too. */
const ON_CODES = new Set(['MaxPool', 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Transpose', 'Identity'])

export const worksOnCodes = (call: Call): boolean =>
  call.inputs[0]?.kind === 'codes' && ON_CODES.has(call.node.opType)

export function onCodes(call: Call, lower: Lower): Value {
  const codes = call.inputs[0] as Codes
  const made = lower(call.withInputs(asRounded(call, codes), ...call.inputs.slice(1)))
  if (Array.isArray(made) || made.kind !== 'feature')
    throw unsupported(call.node, 'codes in another order', 'an order that the graph has')
  return { ...codes, of: made, name: null }
}
