// Conv, Gemm, MatMul and BatchNormalization: what has weights.
import type { QuantizerSpec, TensorData } from '../../../../../binding.js'
import type { Call, Lower } from '../call.js'
import { unsupported } from '../refuse.js'
import { codeReader, derived, type Stored, widthOf } from '../stored.js'
import type { Feature, Value, Weight } from '../values.js'
import { adaptivePool } from './adaptive-pool.js'
import { padded, transposed } from './arrange.js'
import { onRows, productOfViews } from './attention.js'
import { quantizerOf } from './quantize.js'
import { slid, windowOf } from './window.js'

/** A weight on its way into the graph: floats, or codes with their quantizer; its first axis the output's. */
interface Layer {
  shape: readonly number[]
  float: Stored | null
  coded: { weight: Weight; quantizer: QuantizerSpec } | null
}

function layerOf(call: Call, at: number): Layer {
  const value = call.inputs[at]
  if (value?.kind !== 'weight') {
    const float = call.constant(at)
    return { shape: float.shape, float, coded: null }
  }
  return {
    shape: value.codes.shape,
    float: null,
    coded: { weight: value, quantizer: quantizerOf(call, value) },
  }
}

/** Rows become columns. The scales' axis turns with them. */
function turned(call: Call, { shape, float, coded }: Layer): Layer {
  const turnedShape = [...shape].reverse()
  const turn = (tensor: Stored) => transposed(call, tensor)
  const axis = coded?.weight.axis
  return {
    shape: turnedShape,
    float: float && turn(float),
    coded: coded && {
      ...coded,
      weight: { ...coded.weight, codes: turn(coded.weight.codes), axis: axis == null ? null : 1 - axis },
    },
  }
}

/** Adds the node with its weight; bias where there is one. */
function addLayer(
  call: Call,
  op: 'conv2d' | 'linear',
  input: Feature,
  shape: readonly number[],
  layer: Layer,
  bias: Stored | null,
  attributes: Record<string, number | number[]> = {},
): Feature {
  const stem = (layer.float ?? layer.coded?.weight.codes)?.name.replace(/(_quantized)?$/, '') ?? ''
  const name = /.\.weight$/.test(stem) ? stem.slice(0, -'.weight'.length) : call.name
  const { builder } = call
  const parameters: Record<string, string> = {
    weight: layer.float ? builder.float(`${name}.weight`, layer.float) : builder.reserve(`${name}.weight`),
  }
  if (bias) parameters.bias = builder.float(`${name}.bias`, bias)
  const made = builder.add(name, op, [input], shape, { attributes, parameters })
  if (layer.coded) {
    const { weight, quantizer } = layer.coded
    if (weight.axis !== null && weight.axis !== 0)
      throw call.bad(`scales along axis ${weight.axis}`, 'the output axis')
    if (quantizer.perChannel && quantizer.scale.length !== layer.shape[0]) {
      throw call.bad(`${quantizer.scale.length} scales`, `${layer.shape[0]}, one a channel`)
    }
    builder.spend(widthOf(weight.codes) + 16 * quantizer.scale.length)
    builder.weights.set(made.node, { quantizer, codes: () => codesOf(weight, quantizer) })
  }
  return made
}

/** Codes as the quantizer counts them: from 0 on an affine grid, around 0 on a symmetric one. */
async function codesOf({ codes, zeroPoint }: Weight, quantizer: QuantizerSpec): Promise<TensorData> {
  const numbers = codeReader(codes)?.(await codes.read()) ?? new Int16Array()
  const shift = (quantizer.zeroPoint[0] ?? 0) - (zeroPoint[0] ?? 0)
  const data = Uint8Array.from(numbers, code => (code + shift) & 0xff)
  return { dtype: quantizer.symmetric ? 'int8' : 'uint8', shape: [...codes.shape], data }
}

/** null: none, or all that a QDQ bias leaves. */
function biasOf(call: Call, at: number, channels: number): Stored | null {
  if (!call.has(at)) return null
  const bias = call.constant(at)
  const size = bias.shape.reduce((product, axis) => product * axis, 1)
  if (size === channels && bias.shape.at(-1) === channels) return derived(bias, [channels], bytes => bytes)
  throw call.bad(`a bias of shape [${bias.shape}]`, `[${channels}]`)
}

export const conv: Lower = call => {
  const value = call.inputs[0]
  const padding = value?.kind === 'feature' ? value.pad : undefined
  const input = padding && value?.kind === 'feature' ? { ...value, pad: undefined } : call.image(0)
  if (input.layout !== 'nchw' || input.shape.length !== 3)
    throw call.bad('an input that is no image', '[n, c, h, w]')
  const layer = layerOf(call, 1)
  if (layer.shape.length !== 4) {
    throw unsupported(
      call.node,
      `a weight of shape [${layer.shape}]`,
      'a convolution of images, weight [o, i, h, w]',
    )
  }
  const window = windowOf(call, layer.shape.slice(2), input.shape)
  window.pads = window.pads.map((pad, at) => pad + (padding?.[at] ?? 0)) as typeof window.pads
  const sizes = slid(window, input.shape)
  const [top, left, bottom, right] = window.pads
  const padLayer = top === bottom && left === right ? layer : evened(call, layer, window.pads)
  const [channels = 0] = layer.shape
  return addLayer(call, 'conv2d', input, [channels, ...sizes], padLayer, biasOf(call, 2, channels), {
    stride: window.stride,
    padding: [Math.max(top, bottom), Math.max(left, right)],
    dilation: window.dilation,
    groups: call.attributes.integer('group', 1),
  })
}

/**
 * A kernel with zeros on the side where there is less padding does with equal padding what the kernel did: the graph has
 * no other. The codes' zero is the zero point.
 */
function evened(call: Call, layer: Layer, pads: readonly [number, number, number, number]): Layer {
  const [top, left, bottom, right] = pads
  const [o = 0, i = 0, h = 0, w = 0] = layer.shape
  const shape = [o, i, h + Math.abs(top - bottom), w + Math.abs(left - right)]
  const dilated = (call.attributes.integers('dilations') ?? []).some(step => step !== 1)
  if (dilated || (shape[2] ?? 0) > 2 * h || (shape[3] ?? 0) > 2 * w) {
    throw unsupported(
      call.node,
      `pads [${pads}]`,
      'padding that is about the same at both ends, without dilation',
    )
  }
  const before = [Math.max(bottom - top, 0), Math.max(right - left, 0)] as const
  const { coded } = layer
  return {
    shape,
    float: layer.float && padded(layer.float, shape, before, null),
    coded: coded && {
      ...coded,
      weight: { ...coded.weight, codes: padded(coded.weight.codes, shape, before, coded.weight.zeroPoint) },
    },
  }
}

function linear(call: Call, layer: Layer, bias: (call: Call) => Stored | null): Value {
  const view = call.inputs[0]
  if (view?.kind === 'view') return onRows(call, view, rows => linear(rows, layer, bias))
  const input = call.feature(0)
  if (input.layout === 'nhwc' && input.shape.length === 3) return pointwise(call, input, layer, bias(call))
  if (layer.shape.length !== 2 || input.shape.length > 2) {
    throw unsupported(
      call.node,
      `an input of shape [n, ${input.shape}] and a weight of shape [${layer.shape}]`,
      'a product of a flattened value and a matrix of the file',
    )
  }
  const shape = [...input.shape.slice(0, -1), layer.shape[0] ?? 0]
  return addLayer(call, 'linear', input, shape, layer, bias(call))
}

/** A linear layer on the channels of each position is a convolution with a kernel of one. */
function pointwise(call: Call, input: Feature, layer: Layer, bias: Stored | null): Feature {
  const [channels = 0] = layer.shape
  const shape = [...layer.shape, 1, 1]
  const kernel = (tensor: Stored) => derived(tensor, shape, bytes => bytes)
  const { coded } = layer
  const weight = {
    shape,
    float: layer.float && kernel(layer.float),
    coded: coded && { ...coded, weight: { ...coded.weight, codes: kernel(coded.weight.codes) } },
  }
  return addLayer(call, 'conv2d', input, [channels, ...input.shape.slice(1)], weight, bias)
}

export const gemm: Lower = call => {
  const { attributes } = call
  if (
    attributes.number('alpha', 1) !== 1 ||
    attributes.number('beta', 1) !== 1 ||
    attributes.integer('transA', 0) !== 0
  ) {
    throw unsupported(call.node, 'alpha, beta or transA', 'alpha 1, beta 1 and transA 0')
  }
  const layer = layerOf(call, 1)
  const rows = attributes.integer('transB', 0) === 1 ? layer : turned(call, layer)
  return linear(call, rows, within => biasOf(within, 2, rows.shape[0] ?? 0))
}

export const matMul: Lower = call => {
  const pooled = adaptivePool(call)
  if (pooled) return pooled
  const weight = call.inputs[1]?.kind
  if (weight === 'view' || call.inputs[0]?.kind === 'scores' || call.inputs[0]?.kind === 'liteAttention')
    return productOfViews(call)
  return linear(call, turned(call, layerOf(call, 1)), () => null)
}

export const batchNormalization: Lower = call => {
  const input = call.feature(0)
  if (call.attributes.integer('training_mode', 0) !== 0) {
    throw unsupported(
      call.node,
      'training_mode 1',
      'frozen statistics',
      'export in evaluation mode: model.eval()',
    )
  }
  const roles = ['weight', 'bias', 'runningMean', 'runningVar']
  const parameters = Object.fromEntries(
    roles.map((role, at) => [role, call.builder.float(`${call.name}.${role}`, call.constant(at + 1))]),
  )
  const stem = call.constant(1).name
  const name = /.\.weight$/.test(stem) ? stem.slice(0, -'.weight'.length) : call.name
  const attributes = {
    eps: call.attributes.number('epsilon', 1e-5),
    momentum: 1 - call.attributes.number('momentum', 0.9),
  }
  return { ...call.builder.add(name, 'batchNorm2d', [input], input.shape, { attributes, parameters }) }
}
