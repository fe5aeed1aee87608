// The class token and the places of tokens.
import type { Call } from '../call.js'
import { unsupported } from '../refuse.js'
import { derived } from '../stored.js'
import type { Feature, Value } from '../values.js'

/** A learned token for each image of the batch: the graph repeats it by itself. */
export function expand(call: Call): Value {
  const [value] = call.inputs
  const target = call.numbers(1).values
  if (value?.kind === 'numbers') return repeated(call, value.values, target)
  const tensor = call.constant(0)
  const [first = 1, ...rest] = tensor.shape
  const kept = rest.every(
    (size, at) => target[at + 1] === size || target[at + 1] === 1 || target[at + 1] === -1,
  )
  if (first === 1 && tensor.shape.length === 3 && target.length === 3 && kept)
    return { kind: 'constant', tensor }
  throw unsupported(call.node, `[${tensor.shape}] to [${target}]`, 'a class token, [1, 1, c] to [n, 1, c]')
}

function repeated(call: Call, values: readonly number[], target: readonly number[]): Value {
  const [count = 1] = target
  if (values.length !== 1 || target.length > 1 || !(count >= 0 && count <= 64))
    throw call.bad(`a list of ${values.length} to [${target}]`, 'one number some times')
  return { kind: 'numbers', values: new Array<number>(count).fill(values[0] as number), scalar: false }
}

/** Concat(axis 1) of a token of the file and the image's. */
export function classToken(call: Call): Feature | null {
  if (call.inputs[0]?.kind !== 'constant' || call.count !== 2) return null
  const input = call.feature(1)
  const tensor = call.constant(0)
  const [tokens = 0, channels = 0] = input.shape
  const axis = call.attributes.integer('axis', 0)
  if (input.shape.length !== 2 || tensor.shape.join() !== `1,1,${channels}` || (axis !== 1 && axis !== -2))
    throw unsupported(call.node, `[${tensor.shape}] before [n, ${input.shape}]`, 'a class token, [1, 1, c]')
  return call.builder.add(call.name, 'classToken', [input], [tokens + 1, channels], {
    parameters: { token: call.builder.float(`${call.name}.token`, tensor) },
  })
}

/** A vector for each token, added; null where the constant is another. */
export function positionEmbedding(call: Call): Feature | null {
  const at = call.inputs[0]?.kind === 'constant' ? 1 : 0
  if (call.inputs[1 - at]?.kind !== 'constant') return null
  const tensor = call.constant(1 - at)
  const input = call.feature(at)
  const size = tensor.shape.reduce((product, axis) => product * axis, 1)
  const [tokens = 0, channels = 0] = input.shape
  if (
    input.shape.length !== 2 ||
    tokens < 2 ||
    size !== tokens * channels ||
    tensor.shape.at(-1) !== channels
  )
    return null
  const embedding =
    tensor.shape.length === 3 ? tensor : derived(tensor, [1, tokens, channels], bytes => bytes)
  return call.builder.add(call.name, 'positionEmbedding', [input], input.shape, {
    parameters: { embedding: call.builder.float(`${call.name}.embedding`, embedding) },
  })
}
