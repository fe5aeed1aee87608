// Reshape and its kin. The graph has one of them: flatten, all axes but the batch's in one.
import type { Call, Lower } from '../call.js'
import { unsupported } from '../refuse.js'
import { derived } from '../stored.js'
import type { Feature, Value } from '../values.js'
import { viewOf } from '../view.js'
import { transposed } from './arrange.js'
import { flattenView, reshapeView, squeezeView, transposeView, unsqueezeView, viewAt } from './views.js'

export const flatten: Lower = call => {
  const axis = call.attributes.integer('axis', 1)
  const view = axis === 1 && call.inputs[0]?.kind !== 'view' ? null : viewAt(call, 0)
  return view ? flattenView(call, view, axis) : flat(call, call.feature(0))
}

/** Rows of [n, all the rest]. */
function flat(call: Call, input: Feature): Feature {
  if (input.shape.length === 1) return { ...input, alias: true }
  const [channels = 0, ...sizes] = input.shape
  const size = sizes.reduce((product, axis) => product * axis, 1)
  if (input.layout === 'nhwc' && size !== 1 && channels !== 1) {
    throw unsupported(call.node, 'an image with its channels last', 'Transpose to channels first before it')
  }
  return call.builder.add(call.name, 'flatten', [input], [channels * size])
}

export const reshape: Lower = call => {
  const [value] = call.inputs
  if (value?.kind === 'numbers') return value
  const target = call.numbers(1).values
  if (value?.kind === 'constant') return reshapedConstant(call, target)
  if (value?.kind === 'view') return reshapeView(call, value, target)
  return fitted(call, call.feature(0), target)
}

function fitted(call: Call, input: Feature, target: readonly number[]): Value {
  const [first = 1, ...rest] = target
  const allowZero = call.attributes.integer('allowzero', 0) === 1
  const [channels = 0, ...sizes] = input.shape
  const own = input.layout === 'nhwc' ? [...sizes, channels] : input.shape
  const size = own.reduce((product, axis) => product * axis, 1)
  const kept = rest.map((axis, at) => (axis === 0 && !allowZero ? (own[at] ?? 0) : axis))
  const known = kept.reduce((product, axis) => (axis === -1 ? product : product * axis), 1)
  const full = kept.map(axis => (axis === -1 ? size / known : axis))
  const batch = Number.isNaN(first) || first === 0 || first === -1 || first === call.around.batch
  if (batch && full.join() === own.join()) return { ...input, alias: true }
  if (batch && full.length === 1 && full[0] === size) return flat(call, input)
  return reshapeView(call, viewOf(input, call.around.batch), target)
}

function reshapedConstant(call: Call, target: readonly number[]): Value {
  const tensor = call.constant(0)
  const size = tensor.shape.reduce((product, axis) => product * axis, 1)
  const kept = target.map((axis, at) => (axis === 0 ? (tensor.shape[at] ?? 0) : axis))
  const known = kept.reduce((product, axis) => (axis === -1 ? product : product * axis), 1)
  const full = kept.map(axis => (axis === -1 ? size / known : axis))
  if (
    full.length > 8 ||
    full.reduce((product, axis) => product * axis, 1) !== size ||
    !full.every(Number.isInteger)
  ) {
    throw call.bad(`[${tensor.shape}] to [${target}]`, 'as many numbers')
  }
  return { kind: 'constant', tensor: derived(tensor, full, bytes => bytes) }
}

const axesOf = (call: Call): number[] | null =>
  call.has(1) ? [...call.numbers(1).values] : call.attributes.integers('axes')

export const squeeze: Lower = call => {
  const [value] = call.inputs
  if (value?.kind === 'numbers') return { ...value, scalar: true }
  if (value?.kind === 'view') return squeezeView(call, value, axesOf(call) ?? [])
  const input = call.feature(0)
  const axes = (axesOf(call) ?? []).map(axis => (axis < 0 ? axis + 4 : axis)).sort()
  const spatial = input.layout === 'nchw' ? '2,3' : '1,2'
  if (input.shape.length === 3 && axes.join() === spatial && input.shape[1] === 1 && input.shape[2] === 1) {
    return flat(call, input)
  }
  return squeezeView(call, viewOf(input, call.around.batch), axesOf(call) ?? [])
}

export const unsqueeze: Lower = call => {
  const [value] = call.inputs
  if (value?.kind === 'numbers' || (value?.kind === 'constant' && value.tensor.shape.length === 0)) {
    return { ...call.numbers(0), scalar: false }
  }
  const view = viewAt(call, 0)
  if (view) return unsqueezeView(call, view, axesOf(call) ?? [])
  throw unsupported(call.node, 'Unsqueeze of a constant', 'Unsqueeze of sizes or of a value')
}

export const transpose: Lower = call => {
  const [value] = call.inputs
  const permutation = call.attributes.integers('perm')
  if (value?.kind === 'constant') {
    if (permutation && permutation.join() !== '1,0')
      throw call.bad(`perm [${permutation}]`, 'a matrix turned')
    return { kind: 'constant', tensor: transposed(call, value.tensor) }
  }
  if (value?.kind === 'weight' && permutation?.join() === '1,0') {
    const axis = value.axis === null ? null : 1 - value.axis
    return { ...value, codes: transposed(call, value.codes), axis }
  }
  if (value?.kind === 'view') return transposeView(call, value, permutation ?? [])
  const input = call.feature(0)
  const perm = permutation?.join()
  if (perm === '0,1,2,3' || perm === '0,1') return { ...input, alias: true }
  if (input.shape.length === 3 && input.layout === 'nchw' && perm === '0,2,3,1') {
    return { ...input, alias: true, layout: 'nhwc' }
  }
  if (input.shape.length === 3 && input.layout === 'nhwc' && perm === '0,3,1,2') {
    return { ...input, alias: true, layout: 'nchw' }
  }
  return transposeView(call, viewOf(input, call.around.batch), permutation ?? [])
}
