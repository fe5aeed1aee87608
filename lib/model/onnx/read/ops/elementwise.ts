import { DataType } from '../../tensor.js'
import { Call, type Lower } from '../call.js'
import { clipped } from '../curve.js'
import { unsupported } from '../refuse.js'
import { channelsOf, made } from '../resolve.js'
import { derived, type Stored } from '../stored.js'
import type { Feature, Value, View } from '../values.js'
import { onRows, scaledView, softmaxOfScores } from './attention.js'
import { curveArithmetic, within } from './curves.js'
import { centred, normalized, squares, takesAffine, withEps } from './layer-norm.js'
import { liteEps, liteShares, reluOfPart } from './lite-attention.js'
import { arithmetic } from './sizes.js'
import { positionEmbedding } from './tokens.js'

/** An op of one input that leaves shape and layout alone. */
export const simple =
  (op: string, attributes: (call: Call) => Record<string, number | boolean> = () => ({})): Lower =>
  call => {
    const view = call.inputs[0]
    if (view?.kind === 'view' && view.parts.length === 0 && view.factor === 1 && !view.relu) {
      // The order of the numbers is nothing to an op that takes each by itself.
      const { node } = call.builder.add(call.name, op, [view.of], view.of.shape, {
        attributes: attributes(call),
      })
      return { ...view, of: { ...view.of, node, alias: false } }
    }
    const input = call.feature(0)
    return call.builder.add(call.name, op, [input], input.shape, { attributes: attributes(call) })
  }

/** The value under another name. */
export const alias: Lower = call => {
  const [value] = call.inputs
  if (value === undefined) throw call.bad('no input', 'one')
  return value.kind === 'feature' ? { ...value, alias: true } : value
}

/** In evaluation, the identity. */
export const dropout: Lower = call => {
  const training = call.inputs[2]
  if (training?.kind === 'constant' && training.tensor.inline?.some(byte => byte !== 0)) {
    throw unsupported(
      call.node,
      'training mode',
      'Dropout in evaluation',
      'export in evaluation mode: model.eval()',
    )
  }
  return alias(call)
}

export const cast: Lower = call => {
  const value = call.inputs[0]
  if (value?.kind === 'feature' && call.attributes.integer('to', DataType.FLOAT) !== DataType.FLOAT) {
    throw unsupported(call.node, `type ${DataType[call.attributes.integer('to', 0)]}`, 'float32 all the way')
  }
  const float = call.attributes.integer('to', 0) === DataType.FLOAT
  if (value?.kind === 'numbers' && float) return { ...value, float: true }
  return alias(call)
}

export const clip: Lower = call => {
  const low = call.attributes.has('min')
    ? call.attributes.number('min', 0)
    : call.scalar(1, Number.NEGATIVE_INFINITY)
  const high = call.attributes.has('max')
    ? call.attributes.number('max', 0)
    : call.scalar(2, Number.POSITIVE_INFINITY)
  const unfinished = within(call, x => clipped(x, low, high))
  if (unfinished) return unfinished
  if (low === 0 && high === 6) return simple('relu6')(call)
  if (low === 0 && high > 1e38) return simple('relu')(call)
  if (Number.isFinite(low) && Number.isFinite(high))
    return simple('hardtanh', () => ({ min: low, max: high }))(call)
  throw unsupported(call.node, `bounds ${low} and ${high}`, 'two numbers, or 0 alone')
}

export const relu: Lower = call => {
  const [value] = call.inputs
  const part = value?.kind === 'view' ? reluOfPart(value) : null
  return part ?? within(call, x => Math.max(x, 0)) ?? simple('relu')(call)
}

/** Leaves the logits in the order that they have: the end of a classifier needs none. */
export const softmax: Lower = call => {
  const [value] = call.inputs
  if (value?.kind === 'scores' && call.node.opType === 'Softmax') return softmaxOfScores(call, value)
  if (call.node.output[0] === call.around.output) return alias(call)
  throw unsupported(
    call.node,
    'Softmax within the model',
    'Softmax of attention, or at its end, where it is left out',
  )
}

export const add: Lower = call => {
  const known = withEps(call) ?? liteEps(call) ?? curveArithmetic(call, (a, b) => a + b)
  if (known) return known
  if (dependsOnImages(call, 0) && dependsOnImages(call, 1)) {
    const [left, right] = [call.feature(0), call.feature(1)]
    if (left.layout === right.layout && left.shape.join() === right.shape.join()) {
      return call.builder.add(call.name, 'add', [left, right], left.shape)
    }
    throw unsupported(
      call.node,
      `shapes [n, ${left.shape}] and [n, ${right.shape}]`,
      'two values of one shape',
    )
  }
  const view = call.inputs.findIndex(value => value?.kind === 'view')
  if (view >= 0) return biasOfView(call, view)
  return (
    arithmetic(call, (a, b) => a + b) ?? positionEmbedding(call) ?? affine(call, 'bias', number => number)
  )
}

const dependsOnImages = (call: Call, at: number): boolean =>
  ['feature', 'curve'].includes(call.inputs[at]?.kind ?? '')

function biasOfView(call: Call, at: number): Value {
  const view = call.inputs[at] as View
  const fresh = { ...view, of: { ...view.of, alias: false } }
  const ordered = at === 0 ? call : reversed(call)
  return onRows(ordered, fresh, rows => affine(rows, 'bias', number => number) as Value)
}

/** The same with its inputs exchanged, names too: who else reads them is asked by name. */
const reversed = (call: Call): Call =>
  new Call({ ...call.node, input: [...call.node.input].reverse() }, [...call.inputs].reverse(), call.around)

export const subtract: Lower = call =>
  centred(call) ??
  curveArithmetic(call, (a, b) => a - b) ??
  arithmetic(call, (a, b) => a - b) ??
  affine(call, 'bias', number => -number, false)

export const multiply: Lower = call => {
  const known =
    squares(call) ??
    curveArithmetic(call, (a, b) => a * b) ??
    scaledView(call, (factor, number) => factor * number)
  if (known) return known
  if (dependsOnImages(call, 0) && dependsOnImages(call, 1)) return gated(call)
  return arithmetic(call, (a, b) => a * b) ?? affine(call, 'weight', number => number)
}

/** Two values of one shape, or an image and a number a channel. */
function gated(call: Call): Value {
  const [one, other] = [call.feature(0), call.feature(1)]
  const size = ({ shape }: Feature) => shape.reduce((product, axis) => product * axis, 1)
  const [value, gate] = size(one) < size(other) ? [other, one] : [one, other]
  const perChannel = value.shape.length === 3 && gate.shape.join() === `${value.shape[0]},1,1`
  if (value.layout === gate.layout && (perChannel || value.shape.join() === gate.shape.join())) {
    return call.builder.add(call.name, 'multiply', [value, gate], value.shape)
  }
  throw unsupported(
    call.node,
    `shapes [n, ${one.shape}] and [n, ${other.shape}]`,
    'two values of one shape, or an image and one number a channel',
  )
}

export const divide: Lower = call =>
  normalized(call) ??
  liteShares(call) ??
  curveArithmetic(call, (a, b) => a / b) ??
  scaledView(call, (factor, number) => factor / number) ??
  arithmetic(call, (a, b, float) => (float ? a / b : Math.trunc(a / b))) ??
  affine(call, 'weight', number => 1 / number, false)

/**
 * One number a channel, or one for all, added or multiplied: the bias of the conv or linear before it that has none, or
 * a BN that does nothing else.
 */
function affine(
  call: Call,
  role: 'weight' | 'bias',
  change: (value: number) => number,
  commutes = true,
): Value {
  const first = call.inputs[0]?.kind === 'feature' ? 0 : 1
  if (first === 1 && !commutes)
    throw unsupported(call.node, 'a constant on the left', 'a constant on the right')
  const input = call.feature(first)
  if (takesAffine(call, first, role)) return input
  const tensor = call.constant(1 - first)
  const values = perChannel(call, input, tensor).map(change)
  const { builder, uses } = call.around
  const before = builder.nodeOf(input.node)
  const weighted = before?.op === 'conv2d' || before?.op === 'linear'
  const alone = !input.alias && uses.get(call.node.input[first] ?? '') === 1
  if (
    role === 'bias' &&
    weighted &&
    alone &&
    !before.parameters.bias &&
    !builder.activations.has(before.name)
  ) {
    before.parameters.bias = builder.float(`${before.name}.bias`, made(tensor.name, values))
    return input
  }
  if (role === 'weight') {
    const weight = builder.float(`${call.name}.weight`, made(tensor.name, values))
    return builder.add(call.name, 'scale', [input], input.shape, { parameters: { weight } })
  }
  if (input.shape.length === 2) {
    throw unsupported(call.node, 'one vector added to all tokens', 'the bias of a linear layer before it')
  }
  const ones = new Array<number>(values.length).fill(1)
  const zeros = new Array<number>(values.length).fill(0)
  const contents = { weight: ones, bias: values }
  const parameters = Object.fromEntries(
    Object.entries({ ...contents, runningMean: zeros, runningVar: ones }).map(([name, numbers]) => [
      name,
      builder.float(`${call.name}.${name}`, made('', numbers)),
    ]),
  )
  return builder.add(call.name, 'batchNorm2d', [input], input.shape, {
    attributes: { eps: 1e-12 },
    parameters,
  })
}

/** The constant's numbers, one a channel. */
function perChannel(call: Call, input: Feature, tensor: Stored): number[] {
  const { shape, layout } = input
  const channels = channelsOf(input)
  const axis = layout === 'nhwc' || shape.length < 3 ? tensor.shape.length - 1 : tensor.shape.length - 3
  const fits = tensor.shape.every((size, at) => size === 1 || (at === axis && size === channels))
  const flat = derived(tensor, [1], bytes => bytes).inline
  if (!fits || !flat || tensor.shape.length > 4) {
    throw unsupported(
      call.node,
      `a constant of shape [${tensor.shape}]`,
      `one number for each of ${channels} channels`,
    )
  }
  const numbers = [...new Float32Array(new Uint8Array(flat).buffer)]
  if (tensor.type !== DataType.FLOAT) throw call.bad(`a constant of type ${DataType[tensor.type]}`, 'float32')
  return numbers.length === 1 ? new Array<number>(channels).fill(numbers[0] as number) : numbers
}
