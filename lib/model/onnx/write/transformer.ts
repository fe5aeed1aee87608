// The ops of transformers, in parts that every runtime has.
import { floatVector, int64Vector, scalar } from '../tensor.js'
import type { Call } from './ops.js'

/** Nodes and constants whose names begin with the node's own. */
class Steps {
  constructor(private readonly call: Call) {}

  node(
    type: string,
    name: string,
    inputs: string[],
    attributes: Record<string, number | number[]> = {},
  ): string {
    return this.call.writer.node(type, inputs, `${this.call.output}_${name}`, attributes)
  }

  last(type: string, inputs: string[], attributes: Record<string, number | number[]> = {}): void {
    this.call.writer.nodeInto(type, inputs, this.call.output, attributes)
  }

  number(name: string, value: number): string {
    return this.call.writer.constant(`${this.call.output}_${name}`, scalar(floatVector([value])))
  }

  sizes(name: string, values: number[]): string {
    return this.call.writer.constant(`${this.call.output}_${name}`, int64Vector(values))
  }

  /** 0: the batch, as it comes. */
  reshaped(name: string, input: string, shape: number[]): string {
    return this.node('Reshape', name, [input, this.sizes(`${name}_shape`, [0, ...shape])])
  }
}

const first = ({ inputs }: Call): string => inputs[0] ?? ''

export function layerNorm(call: Call): void {
  const image = call.shape.length === 3
  const channels = (image ? call.shape[0] : call.shape.at(-1)) ?? 1
  const weight =
    call.parameter('weight') ??
    call.writer.constant(`${call.output}_weight`, floatVector(new Float32Array(channels).fill(1)))
  const bias = call.parameter('bias')
  const { eps } = call.node.attributes
  const attributes = { axis: -1, epsilon: { float: typeof eps === 'number' ? eps : 1e-5 } }
  const parts = [weight, ...(bias ? [bias] : [])]
  if (!image) {
    call.writer.nodeInto('LayerNormalization', [first(call), ...parts], call.output, attributes)
    return
  }
  const turned = call.writer.node('Transpose', [first(call)], `${call.output}_turned`, { perm: [0, 2, 3, 1] })
  const normed = call.writer.node(
    'LayerNormalization',
    [turned, ...parts],
    `${call.output}_normed`,
    attributes,
  )
  call.writer.nodeInto('Transpose', [normed], call.output, { perm: [0, 3, 1, 2] })
}

/** x/2 · (1 + erf(x/√2)), or the approximation with tanh. */
export function gelu(call: Call): void {
  const steps = new Steps(call)
  const x = first(call)
  const curve = call.node.attributes.tanh === true ? tanhOfCube(steps, x) : erfOfHalf(steps, x)
  const half = steps.node('Mul', 'half', [x, steps.number('a_half', 0.5)])
  steps.last('Mul', [half, steps.node('Add', 'raised', [curve, steps.number('one', 1)])])
}

const erfOfHalf = (steps: Steps, x: string): string =>
  steps.node('Erf', 'erf', [steps.node('Mul', 'scaled', [x, steps.number('root', Math.SQRT1_2)])])

function tanhOfCube(steps: Steps, x: string): string {
  const cube = steps.node('Mul', 'cube', [steps.node('Mul', 'square', [x, x]), x])
  const bent = steps.node('Add', 'bent', [
    x,
    steps.node('Mul', 'part', [cube, steps.number('share', 0.044715)]),
  ])
  return steps.node('Tanh', 'tanh', [
    steps.node('Mul', 'scaled', [bent, steps.number('root', Math.sqrt(2 / Math.PI))]),
  ])
}

/** [n, tokens, 3·c]: queries, keys and values; softmax(Q·Kᵀ/√d)·V for each head. */
export function attention(call: Call): void {
  const steps = new Steps(call)
  const [tokens = 1, channels = 1] = call.shape
  const heads = Number(call.node.attributes.heads)
  const split = steps.reshaped('heads', first(call), [tokens, 3, heads, channels / heads])
  const each = steps.node('Transpose', 'each', [split], { perm: [2, 0, 3, 1, 4] })
  const part = (name: string, at: number) => {
    const index = call.writer.constant(`${call.output}_${name}_index`, scalar(int64Vector([at])))
    return steps.node('Gather', name, [each, index], { axis: 0 })
  }
  const keys = steps.node('Transpose', 'turned', [part('keys', 1)], { perm: [0, 1, 3, 2] })
  const products = steps.node('MatMul', 'products', [part('queries', 0), keys])
  const scaled = steps.node('Mul', 'scaled', [
    products,
    steps.number('scale', 1 / Math.sqrt(channels / heads)),
  ])
  const shares = steps.node('Softmax', 'shares', [scaled], { axis: -1 })
  const mixed = steps.node('MatMul', 'mixed', [shares, part('values', 2)])
  const joined = steps.node('Transpose', 'joined', [mixed], { perm: [0, 2, 1, 3] })
  steps.last('Reshape', [joined, steps.sizes('shape', [0, tokens, channels])])
}

/** [n, 3·d·g, h, w]: attention with ReLU as its kernel, linear in the number of positions. */
export function liteAttention(call: Call): void {
  const steps = new Steps(call)
  const [channels = 1, height = 1, width = 1] = call.shape
  const { headDimension, eps } = call.node.attributes
  const d = Number(headDimension)
  const groups = steps.reshaped('groups', first(call), [channels / d, 3 * d, height * width])
  const part = (name: string, from: number) => {
    const bounds = [steps.sizes(`${name}_from`, [from]), steps.sizes(`${name}_to`, [from + d])]
    return steps.node('Slice', name, [groups, ...bounds, steps.sizes(`${name}_axis`, [2])])
  }
  const queries = steps.node('Relu', 'queries', [part('raw_queries', 0)])
  const keys = steps.node('Relu', 'keys', [part('raw_keys', d)])
  const turned = steps.node('Transpose', 'turned', [keys], { perm: [0, 1, 3, 2] })
  const mixed = steps.node('MatMul', 'mixed', [
    steps.node('MatMul', 'sums', [part('values', 2 * d), turned]),
    queries,
  ])
  const all = steps.node('ReduceSum', 'all', [turned, steps.sizes('all_axis', [2])], { keepdims: 1 })
  const total = steps.node('MatMul', 'total', [all, queries])
  const safe = steps.node('Add', 'safe', [total, steps.number('eps', typeof eps === 'number' ? eps : 1e-5)])
  const shares = steps.node('Div', 'shares', [mixed, safe])
  steps.last('Reshape', [shares, steps.sizes('shape', [0, channels, height, width])])
}

/** Each position of an image a token. */
export function tokens(call: Call): void {
  const steps = new Steps(call)
  const [count = 1, channels = 1] = call.shape
  const rows = steps.reshaped('rows', first(call), [channels, count])
  steps.last('Transpose', [rows], { perm: [0, 2, 1] })
}

/** The learned token before the others, once for each image of the batch. */
export function classToken(call: Call): void {
  const steps = new Steps(call)
  const batch = steps.node('Shape', 'batch', [first(call)], { start: 0, end: 1 })
  const shape = steps.node('Concat', 'shape', [batch, steps.sizes('ones', [1, 1])], { axis: 0 })
  const token = steps.node('Expand', 'expanded', [call.parameter('token') ?? '', shape])
  steps.last('Concat', [token, first(call)], { axis: 1 })
}

export function positionEmbedding(call: Call): void {
  call.writer.nodeInto('Add', [first(call), call.parameter('embedding') ?? ''], call.output)
}

export function selectToken(call: Call): void {
  const { index } = call.node.attributes
  const at = call.writer.constant(
    `${call.output}_index`,
    scalar(int64Vector([typeof index === 'number' ? index : 0])),
  )
  call.writer.nodeInto('Gather', [first(call), at], call.output, { axis: 1 })
}

/**
 * A linear layer on each token by itself: on all tokens of the batch as rows. A MatMul would do the same, but with 4-bit
 * weights onnxruntime makes one of it that rounds the tokens to 8 bits.
 */
export function tokenLinear(call: Call): void {
  const steps = new Steps(call)
  const [tokens = 1, features = 1] = call.shape
  const rows = steps.node('Flatten', 'rows', [first(call)], { axis: 2 })
  const parts = [rows, call.parameter('weight') ?? '', call.parameter('bias')].filter(
    part => part !== undefined,
  )
  const product = steps.node('Gemm', 'product', parts, { transB: 1 })
  steps.last('Reshape', [product, steps.sizes('shape', [-1, tokens, features])])
}
