// A function of a feature becomes a node when somebody asks for its value.
import { floatVector } from '../tensor.js'
import type { Builder } from './builder.js'
import { type Line, lineOf, lineOfOp, opOf } from './curve.js'
import { unsupported } from './refuse.js'
import type { Stored } from './stored.js'
import type { Curve, Feature } from './values.js'

export const made = (name: string, values: ArrayLike<number>): Stored => {
  const { data, shape, type } = floatVector(values)
  return { name, type, shape, inline: data, read: async () => data }
}

export const channelsOf = ({ shape }: Feature): number => (shape.length === 3 ? shape[0] : shape.at(-1)) ?? 0

export function resolved(builder: Builder, curve: Curve): Feature {
  const known = builder.curves.get(curve)
  if (known) return known
  const feature = nodeFor(builder, curve)
  builder.curves.set(curve, feature)
  return feature
}

function nodeFor(builder: Builder, { of, samples, node }: Curve): Feature {
  const name = node.name || (node.output[0] ?? '')
  const found = opOf(samples)
  if (found?.op === 'identity') return { ...of, alias: true }
  if (found) return builder.add(name, found.op, [of], of.shape, { attributes: found.attributes })
  const line = lineOf(samples)
  if (line) return lineNode(builder, name, of, line) ?? refuse(node, `${line.gain}·x + ${line.shift}`)
  const both = lineOfOp(samples)
  if (both) {
    const inner = builder.add(`${name}.${both.op}`, both.op, [of], of.shape, { attributes: both.attributes })
    return lineNode(builder, name, inner, both.line) ?? refuse(node, 'a line of a function')
  }
  return refuse(node, 'a function of its input')
}

const refuse = (node: Curve['node'], found: string): never => {
  throw unsupported(
    node,
    `${found} that is none of those`,
    'Relu, Clip, Sigmoid, x·Sigmoid(x), HardSigmoid, HardSwish or Gelu, whole or in parts',
  )
}

function lineNode(builder: Builder, name: string, of: Feature, { gain, shift }: Line): Feature | null {
  const each = (value: number) => new Array<number>(channelsOf(of)).fill(value)
  const vector = (role: string, value: number) => builder.float(`${name}.${role}`, made('', each(value)))
  if (Math.abs(shift) <= 1e-9 * Math.abs(gain)) {
    return builder.add(name, 'scale', [of], of.shape, { parameters: { weight: vector('weight', gain) } })
  }
  if (of.shape.length === 2) return null
  const parameters = {
    weight: vector('weight', gain),
    bias: vector('bias', shift),
    runningMean: vector('runningMean', 0),
    runningVar: vector('runningVar', 1),
  }
  return builder.add(name, 'batchNorm2d', [of], of.shape, { attributes: { eps: 1e-12 }, parameters })
}
