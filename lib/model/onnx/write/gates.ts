// The ops of gated and shuffled networks, in parts that every runtime has.
import { int64Vector } from '../tensor.js'
import type { Call } from './ops.js'

const first = ({ inputs }: Call): string => inputs[0] ?? ''

export function silu(call: Call): void {
  const { writer, output } = call
  const gate = writer.node('Sigmoid', [first(call)], `${output}_gate`)
  writer.nodeInto('Mul', [first(call), gate], output)
}

/** One number a channel: an axis of its own in front of height and width. */
export function scale(call: Call): void {
  const { writer, output, shape } = call
  const weight = call.parameter('weight') ?? ''
  const [channels = 1] = shape
  const shaped =
    shape.length === 3
      ? writer.node(
          'Reshape',
          [weight, writer.constant(`${output}_shape`, int64Vector([channels, 1, 1]))],
          `${output}_weight`,
        )
      : weight
  writer.nodeInto('Mul', [first(call), shaped], output)
}

export function channels(call: Call): void {
  const { writer, output, node } = call
  const bound = (name: string, value: unknown) =>
    writer.constant(`${output}_${name}`, int64Vector([Number(value)]))
  const { from, to } = node.attributes
  writer.nodeInto('Slice', [first(call), bound('from', from), bound('to', to), bound('axis', 1)], output)
}

export function channelShuffle(call: Call): void {
  const { writer, output, node, shape } = call
  const [channels = 1, height = 1, width = 1] = shape
  const groups = Number(node.attributes.groups)
  const sizes = (name: string, values: number[]) =>
    writer.constant(`${output}_${name}_shape`, int64Vector([0, ...values]))
  const split = [groups, channels / groups, height, width]
  const parts = writer.node('Reshape', [first(call), sizes('groups', split)], `${output}_groups`)
  const turned = writer.node('Transpose', [parts], `${output}_turned`, { perm: [0, 2, 1, 3, 4] })
  writer.nodeInto('Reshape', [turned, sizes('joined', [channels, height, width])], output)
}
