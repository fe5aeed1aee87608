import { DataType, floatVector } from '../../tensor.js'
import type { Call, Lower } from '../call.js'
import { unsupported } from '../refuse.js'
import { derived, type Stored } from '../stored.js'
import type { Feature, Value } from '../values.js'
import { arithmetic } from './sizes.js'

/** An op of one input that leaves shape and layout alone. */
export const simple =
  (op: string, attributes: (call: Call) => Record<string, number | boolean> = () => ({})): Lower =>
  call => {
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
  return alias(call)
}

export const clip: Lower = call => {
  const low = call.attributes.has('min')
    ? call.attributes.number('min', 0)
    : call.scalar(1, Number.NEGATIVE_INFINITY)
  const high = call.attributes.has('max')
    ? call.attributes.number('max', 0)
    : call.scalar(2, Number.POSITIVE_INFINITY)
  if (low === 0 && high === 6) return simple('relu6')(call)
  if (low === 0 && high > 1e38) return simple('relu')(call)
  if (Number.isFinite(low) && Number.isFinite(high))
    return simple('hardtanh', () => ({ min: low, max: high }))(call)
  throw unsupported(call.node, `bounds ${low} and ${high}`, 'two numbers, or 0 alone')
}

/** x·HardSigmoid(x), which is HardSwish, waits for its Mul. */
export const hardSigmoid: Lower = call => {
  const input = call.feature(0)
  const steep = Math.abs(call.attributes.number('alpha', 0.2) - 1 / 6) < 1e-6
  if (steep && call.attributes.number('beta', 0.5) === 0.5) return { ...input, alias: true, gate: true }
  throw unsupported(call.node, 'HardSigmoid', 'HardSwish: Mul of a value and its HardSigmoid(alpha 1/6)')
}

/** Leaves the logits in the order that they have: the end of a classifier needs none. */
export const softmax: Lower = call => {
  if (call.node.output[0] === call.around.output) return alias(call)
  throw unsupported(call.node, 'Softmax within the model', 'Softmax at its end, which is left out')
}

export const add: Lower = call => {
  const [one, other] = call.inputs
  if (one?.kind === 'feature' && other?.kind === 'feature') {
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
  return arithmetic(call, (a, b) => a + b) ?? affine(call, 'bias', number => number)
}

export const subtract: Lower = call =>
  arithmetic(call, (a, b) => a - b) ?? affine(call, 'bias', number => -number, false)

export const multiply: Lower = call => {
  const [one, other] = call.inputs
  if (one?.kind === 'feature' && other?.kind === 'feature') {
    const [gate, value] = one.gate ? [one, other] : [other, one]
    if (gate.gate && !value.gate && gate.node === value.node) {
      return call.builder.add(call.name, 'hardswish', [value], value.shape)
    }
    throw unsupported(call.node, 'a product of two values', 'HardSwish: Mul of a value and its HardSigmoid')
  }
  return arithmetic(call, (a, b) => a * b) ?? affine(call, 'weight', number => number)
}

export const divide: Lower = call =>
  arithmetic(call, (a, b) => Math.trunc(a / b)) ?? affine(call, 'weight', number => 1 / number, false)

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
  const ones = new Array<number>(values.length).fill(1)
  const zeros = new Array<number>(values.length).fill(0)
  const contents = { weight: role === 'weight' ? values : ones, bias: role === 'bias' ? values : zeros }
  const parameters = Object.fromEntries(
    Object.entries({ ...contents, runningMean: zeros, runningVar: ones }).map(([name, numbers]) => [
      name,
      builder.float(`${call.name}.${name}`, made('', numbers)),
    ]),
  )
  if (weighted) {
    throw unsupported(
      call.node,
      'a product with constants behind a convolution',
      'BatchNormalization, or weights that hold it',
    )
  }
  return builder.add(call.name, 'batchNorm2d', [input], input.shape, {
    attributes: { eps: 1e-12 },
    parameters,
  })
}

const made = (name: string, values: number[]): Stored => {
  const { data, shape, type } = floatVector(values)
  return { name, type, shape, inline: data, read: async () => data }
}

/** The constant's numbers, one a channel. */
function perChannel(call: Call, { shape, layout }: Feature, tensor: Stored): number[] {
  const [channels = 0] = shape
  const axis = layout === 'nhwc' || shape.length === 1 ? tensor.shape.length - 1 : tensor.shape.length - 3
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
