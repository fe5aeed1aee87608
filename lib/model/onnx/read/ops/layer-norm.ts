// LayerNormalization: the op, and what exporters before opset 17 make of it.
import type { Call, Lower } from '../call.js'
import { unsupported } from '../refuse.js'
import { channelsOf } from '../resolve.js'
import type { Statistic, Value } from '../values.js'

const refuse = (call: Call, found: string) =>
  unsupported(call.node, found, 'the mean and deviation of the channels of each token or position')

/** Whether the file's last axis is the channels'. */
const channelsAreLast = ({ shape, layout }: Statistic['of']): boolean => shape.length < 3 || layout === 'nhwc'

export const layerNormalization: Lower = call => {
  const input = call.feature(0)
  const axis = call.attributes.integer('axis', -1)
  if (!channelsAreLast(input) || (axis !== -1 && axis !== input.shape.length))
    throw refuse(call, `axis ${axis} of [n, ${input.shape}]`)
  const parameters: Record<string, string> = {
    weight: call.builder.float(`${call.name}.weight`, call.constant(1)),
  }
  if (call.has(2)) parameters.bias = call.builder.float(`${call.name}.bias`, call.constant(2))
  const stem = call.constant(1).name
  const name = /.\.weight$/.test(stem) ? stem.slice(0, -'.weight'.length) : call.name
  const attributes = { eps: call.attributes.number('epsilon', 1e-5) }
  return call.builder.add(name, 'layerNorm', [input], input.shape, { attributes, parameters })
}

/** The mean of the channels; null where it is another. */
export function channelMean(call: Call, axes: readonly number[]): Statistic | null {
  const [value] = call.inputs
  const last = (rank: number) => axes.length === 1 && (axes[0] === -1 || axes[0] === rank)
  if (value?.kind === 'statistic') {
    if (value.stage !== 'squares' || !last(value.of.shape.length)) throw refuse(call, 'another mean')
    return { ...value, stage: 'variance' }
  }
  if (value?.kind !== 'feature' && value?.kind !== 'curve') return null
  const of = call.feature(0)
  if (!channelsAreLast(of) || !last(of.shape.length) || of.shape.length < 2) return null
  return { kind: 'statistic', of, stage: 'mean', eps: 0 }
}

export function centred(call: Call): Statistic | null {
  const [, mean] = call.inputs
  if (mean?.kind !== 'statistic') return null
  if (mean.stage !== 'mean' || call.feature(0).node !== mean.of.node) throw refuse(call, 'another difference')
  return { ...mean, stage: 'centred' }
}

/** Pow(centred, 2) or Mul(centred, centred). */
export function squares(call: Call): Statistic | null {
  const [one, other] = call.inputs
  if (one?.kind !== 'statistic') return null
  const same = other === one || (call.node.opType === 'Pow' && call.number(1) === 2)
  if (one.stage !== 'centred' || !same) throw refuse(call, 'another product')
  return { ...one, stage: 'squares' }
}

export function withEps(call: Call): Statistic | null {
  const at = call.inputs[0]?.kind === 'statistic' ? 0 : 1
  const value = call.inputs[at]
  if (value?.kind !== 'statistic') return null
  const eps = call.number(1 - at)
  if (value.stage !== 'variance' || !eps || !(eps > 0)) throw refuse(call, 'another sum')
  return { ...value, eps }
}

export function root(call: Call): Statistic | null {
  const [value] = call.inputs
  if (value?.kind !== 'statistic') return null
  if (value.stage !== 'variance' || value.eps === 0) throw refuse(call, 'another root')
  return { ...value, stage: 'deviation' }
}

export function normalized(call: Call): Value | null {
  const [one, other] = call.inputs
  if (one?.kind !== 'statistic' && other?.kind !== 'statistic') return null
  if (one?.kind !== 'statistic' || other?.kind !== 'statistic') throw refuse(call, 'another quotient')
  const fits = one.stage === 'centred' && other.stage === 'deviation' && one.of.node === other.of.node
  if (!fits) throw refuse(call, 'another quotient')
  return call.builder.add(call.name, 'layerNorm', [one.of], one.of.shape, { attributes: { eps: other.eps } })
}

/** Gain or shift of a LayerNormalization that was written in parts; false where it is not that. */
export function takesAffine(call: Call, at: number, role: 'weight' | 'bias'): boolean {
  const input = call.feature(at)
  const before = call.builder.nodeOf(input.node)
  const alone = !input.alias && call.around.uses.get(call.node.input[at] ?? '') === 1
  const tensor = call.constant(1 - at)
  const fits = tensor.shape.length === 1 && tensor.shape[0] === channelsOf(input) && channelsAreLast(input)
  if (before?.op !== 'layerNorm' || !alone || !fits || before.parameters[role]) return false
  if (role === 'weight' && before.parameters.bias) return false
  if (call.builder.activations.has(before.name)) return false
  before.parameters[role] = call.builder.float(`${before.name}.${role}`, tensor)
  return true
}
