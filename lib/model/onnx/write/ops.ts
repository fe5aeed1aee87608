// How each op of the graph is said in ONNX. An op that is missing here is refused by name.
import type { NodeSpec } from '../../../../binding.js'
import { ShellacError } from '../../../errors.js'
import { floatVector, int64Vector, scalar } from '../tensor.js'
import { averageMatrix } from './average-matrix.js'
import * as gates from './gates.js'
import type { AttributeValue, GraphWriter } from './graph-writer.js'
import * as transformer from './transformer.js'
import { pair, poolAttributes, windowAttributes } from './window.js'

export interface Call {
  writer: GraphWriter
  node: NodeSpec
  /** Values that the node reads, and their shapes without the batch axis. */
  inputs: string[]
  inputShapes: (readonly number[])[]
  shape: readonly number[]
  /** Name that the node's value is to have, given already. */
  output: string
  /** Name of the parameter's value; undefined where the node has none. */
  parameter(role: string): string | undefined
  parameterShape(role: string): readonly number[]
}

const last =
  (type: string, attributes: (call: Call) => Record<string, AttributeValue> = () => ({})) =>
  (call: Call): void =>
    call.writer.nodeInto(type, call.inputs, call.output, attributes(call))

const clip = (low: number, high: number) => (call: Call) => {
  const bound = (name: string, value: number) =>
    call.writer.constant(`${call.output}_${name}`, scalar(floatVector([value])))
  const inputs = [...call.inputs, bound('min', low), bound('max', high)]
  call.writer.nodeInto('Clip', inputs, call.output)
}

const number = ({ attributes }: NodeSpec, key: string, fallback: number): number =>
  typeof attributes[key] === 'number' ? attributes[key] : fallback

const defined = (values: (string | undefined)[]) => values.filter(value => value !== undefined)

function conv(call: Call): void {
  const { node } = call
  const [, , height = 1, width = 1] = call.parameterShape('weight')
  const window = windowAttributes(node, [height, width], pair(node, 'stride', [1, 1]))
  const inputs = defined([...call.inputs, call.parameter('weight'), call.parameter('bias')])
  call.writer.nodeInto('Conv', inputs, call.output, { ...window, group: number(node, 'groups', 1) })
}

function linear(call: Call): void {
  if (call.inputShapes[0]?.length !== 1) {
    transformer.tokenLinear(call)
    return
  }
  const inputs = defined([...call.inputs, call.parameter('weight'), call.parameter('bias')])
  call.writer.nodeInto('Gemm', inputs, call.output, { transB: 1 })
}

function batchNorm(call: Call): void {
  const [channels = 1] = call.shape
  const filled = (role: string, value: number) =>
    call.parameter(role) ??
    call.writer.constant(`${call.output}_${role}`, floatVector(new Float32Array(channels).fill(value)))
  const inputs = [
    ...call.inputs,
    filled('weight', 1),
    filled('bias', 0),
    filled('runningMean', 0),
    filled('runningVar', 1),
  ]
  call.writer.nodeInto('BatchNormalization', inputs, call.output, {
    epsilon: { float: number(call.node, 'eps', 1e-5) },
  })
}

function averagePool(call: Call): void {
  const { node } = call
  const padded = pair(node, 'padding', [0, 0]).some(size => size > 0)
  const counts = node.attributes.countIncludePad !== false && padded
  if (counts && node.attributes.ceilMode === true) throw refused(call, 'padding that counts, with ceilMode')
  const pool = poolAttributes(node, call.inputShapes[0] ?? [], call.shape)
  const { dilations: _, ...attributes } = pool
  call.writer.nodeInto('AveragePool', call.inputs, call.output, {
    ...attributes,
    count_include_pad: counts ? 1 : 0,
  })
}

/** Cells of a size that the image is no multiple of overlap: a product with two matrices of averages. */
function adaptivePool(call: Call): void {
  const [, inHeight = 1, inWidth = 1] = call.inputShapes[0] ?? []
  const [, height = 1, width = 1] = call.shape
  if (height === 1 && width === 1) {
    last('GlobalAveragePool')(call)
    return
  }
  const { writer, output, inputs } = call
  const rows = writer.constant(`${output}_rows`, averageMatrix(inHeight, height, false))
  const columns = writer.constant(`${output}_columns`, averageMatrix(inWidth, width, true))
  const averaged = writer.node('MatMul', [rows, inputs[0] ?? ''], `${output}_rows_averaged`)
  writer.nodeInto('MatMul', [averaged, columns], output)
}

function mean(call: Call): void {
  if (call.node.attributes.keepDimensions === true) {
    last('GlobalAveragePool')(call)
    return
  }
  const { writer, output, inputs } = call
  const pooled = writer.node('GlobalAveragePool', inputs, `${output}_pooled`)
  writer.nodeInto('Flatten', [pooled], output, { axis: 1 })
}

const flatten = (call: Call) => {
  const size = call.shape[0] ?? 1
  if (call.inputShapes[0]?.length !== 1) return last('Flatten', () => ({ axis: 1 }))(call)
  const target = call.writer.constant(`${call.output}_shape`, int64Vector([-1, size]))
  call.writer.nodeInto('Reshape', [...call.inputs, target], call.output)
}

const OPS: Readonly<Record<string, (call: Call) => void>> = {
  conv2d: conv,
  linear,
  batchNorm2d: batchNorm,
  relu: last('Relu'),
  relu6: clip(0, 6),
  hardtanh: call => clip(number(call.node, 'min', -1), number(call.node, 'max', 1))(call),
  maxPool2d: last('MaxPool', ({ node, inputShapes, shape }) =>
    poolAttributes(node, inputShapes[0] ?? [], shape),
  ),
  avgPool2d: averagePool,
  adaptiveAvgPool2d: adaptivePool,
  mean,
  add: last('Add'),
  flatten,
  dropout: last('Identity'),
  identity: last('Identity'),
  hardswish: last('HardSwish'),
  sigmoid: last('Sigmoid'),
  silu: gates.silu,
  hardsigmoid: last('HardSigmoid', () => ({ alpha: { float: 1 / 6 }, beta: { float: 0.5 } })),
  multiply: last('Mul'),
  scale: gates.scale,
  channels: gates.channels,
  channelShuffle: gates.channelShuffle,
  concat: last('Concat', () => ({ axis: 1 })),
  layerNorm: transformer.layerNorm,
  gelu: transformer.gelu,
  attention: transformer.attention,
  liteAttention: transformer.liteAttention,
  tokens: transformer.tokens,
  classToken: transformer.classToken,
  positionEmbedding: transformer.positionEmbedding,
  selectToken: transformer.selectToken,
}

/** Throws ERR_UNSUPPORTED_OP for an op that has no counterpart. */
export function writeOp(call: Call): void {
  const emit = Object.hasOwn(OPS, call.node.op) ? OPS[call.node.op] : undefined
  if (!emit) throw refused(call, `op "${call.node.op}"`)
  emit(call)
}

const refused = ({ node }: Call, found: string): ShellacError =>
  new ShellacError('ERR_UNSUPPORTED_OP', {
    thing: `node ${node.name}`,
    found: `${found}, which Shellac does not write to ONNX`,
    expected: `one of ${Object.keys(OPS).join(', ')}`,
    remedy: 'save the model as .safetensors',
  })
