// Multi-head self-attention, from the product of queries and keys to that with the values, however an exporter arranges them.
import type { Call, Lower } from '../call.js'
import { unsupported } from '../refuse.js'
import type { Factor, Scores, Value, View } from '../values.js'
import { joined, orderOf, viewOf } from '../view.js'
import { liteProduct } from './lite-attention.js'
import { settled } from './views.js'

const NEAREST =
  'self-attention: softmax(Q·Kᵀ/√d)·V, with queries, keys and values beside each other in one value [n, tokens, 3·c]'

const refuse = (call: Call, found: string) => unsupported(call.node, found, NEAREST)

interface Heads {
  /** 0: queries, 1: keys, 2: values. */
  role: number
  heads: number
  channels: number
}

const run = (factor: Factor | undefined, size: number, stride: number): boolean =>
  size === 1 ? factor === undefined : factor?.axis === 2 && factor.size === size && factor.stride === stride

/** What a view is that has [n, heads] in front, the tokens at `tokensAt` and the numbers of a head at the other end. */
function headsOf(view: View, tokensAt: number): Heads | null {
  const { of, parts, axes } = view
  if (view.relu) return null
  const [tokens = 0, width = 0] = of.shape
  const [part, ...others] = parts
  const channels = width / 3
  if (of.shape.length !== 2 || others.length > 0 || axes.length < 3) return null
  if (part?.axis !== 2 || part.count !== 3 || part.stride !== channels) return null
  // A batch of one is nowhere in particular.
  const several = axes.map(axis => axis.filter(({ axis: of, size }) => of !== 0 || size !== 1))
  const ends = [several.at(-2), several.at(-1)].map(axis => joined(axis ?? []))
  const [row] = ends[tokensAt] ?? []
  const [within, ...more] = ends[1 - tokensAt] ?? []
  const front = several.slice(0, -2).flat()
  const [head, ...rest] = front[0]?.axis === 0 ? front.slice(1) : front
  const d = within?.size ?? 1
  const heads = channels / d
  const whole = tokens === 1 ? row === undefined : row?.axis === 1 && row.size === tokens
  if (rest.length > 0 || more.length > 0 || !whole) return null
  return run(head, heads, d) && run(within, d, 1) ? { role: part.index, heads, channels } : null
}

/** A product of two values that depend on the images. */
export function productOfViews(call: Call): Value {
  const lite = liteProduct(call)
  if (lite) return lite
  const [one, other] = call.inputs
  if (one?.kind === 'view' && other?.kind === 'view') return scores(call, one, other)
  if (one?.kind === 'scores' && other?.kind === 'view') return mixed(call, one, other)
  throw refuse(call, 'a product of two values')
}

function scores(call: Call, queries: View, turnedKeys: View): Scores {
  const [one, other] = [headsOf(queries, 0), headsOf(turnedKeys, 1)]
  const fits = one?.role === 0 && other?.role === 1 && one.heads === other.heads
  if (!fits || queries.of.node !== turnedKeys.of.node) throw refuse(call, 'a product of two values')
  return { kind: 'scores', queries, factor: queries.factor * turnedKeys.factor, shares: false }
}

function mixed(call: Call, { queries, factor, shares }: Scores, values: View): Value {
  const [one, other] = [headsOf(queries, 0), headsOf(values, 0)]
  if (!shares || !one || other?.role !== 2 || other.heads !== one.heads || values.of.node !== queries.of.node)
    throw refuse(call, shares ? 'values of another kind than the queries' : 'no Softmax before the values')
  const d = one.channels / one.heads
  const scale = factor * values.factor * Math.sqrt(d)
  if (Math.abs(scale - 1) > 1e-4) throw refuse(call, `scores times ${factor}, with d = ${d}`)
  const [tokens = 1] = queries.of.shape
  const of = call.builder.add(call.name, 'attention', [queries.of], [tokens, one.channels], {
    attributes: { heads: one.heads },
  })
  const axes = [...queries.axes.slice(0, -2), queries.axes.at(-2) ?? [], queries.axes.at(-1) ?? []]
  return { ...viewOf(of, call.around.batch), axes }
}

/** Opset 23: the whole of it. */
export const attentionOp: Lower = call => {
  const [q, k, v] = call.inputs
  if (q?.kind !== 'view' || k?.kind !== 'view' || v?.kind !== 'view' || call.count > 3)
    throw refuse(call, 'inputs that are not heads, or a mask')
  const { attributes } = call
  if (attributes.integer('is_causal', 0) !== 0 || attributes.number('softcap', 0) !== 0)
    throw refuse(call, 'a mask or a bound on the scores')
  const heads = headsOf(q, 0)
  const d = (heads?.channels ?? 1) / (heads?.heads ?? 1)
  const keys = { ...k, axes: [...k.axes.slice(0, -2), k.axes.at(-1) ?? [], k.axes.at(-2) ?? []] }
  const made = scores(call, q, keys)
  return mixed(call, { ...made, factor: attributes.number('scale', 1 / Math.sqrt(d)), shares: true }, v)
}

export function softmaxOfScores(call: Call, value: Scores): Scores {
  const axis = call.attributes.integer('axis', -1)
  if (value.shares || (axis !== -1 && axis !== value.queries.axes.length - 1))
    throw refuse(call, `Softmax along axis ${axis}`)
  return { ...value, shares: true }
}

/** A view or scores times a number; null for other values. */
export function scaledView(call: Call, combine: (factor: number, number: number) => number): Value | null {
  const at = call.inputs[0]?.kind === 'view' || call.inputs[0]?.kind === 'scores' ? 0 : 1
  const value = call.inputs[at]
  if (value?.kind !== 'view' && value?.kind !== 'scores') return null
  const number = call.number(1 - at)
  if (number === null || !Number.isFinite(number)) return null
  if (at === 1 && combine(1, 2) !== 2) return null
  if (value.kind === 'scores' && value.shares) throw refuse(call, 'numbers behind its Softmax')
  return { ...value, factor: combine(value.factor, number) }
}

/** Rows that a matrix of the file, or a vector of its last axis, works on: all axes but the last, in some order. */
export function onRows(call: Call, view: View, work: (rows: Call) => Value): Value {
  const { of } = view
  const channelAxis = of.shape.length === 3 ? 1 : of.shape.length
  const last = joined(view.axes.at(-1) ?? [])
  const size = of.shape.length === 3 ? of.shape[0] : of.shape.at(-1)
  const whole = { ...view, axes: [...view.axes.slice(0, -1)] }
  const rows = orderOf(whole)
    ?.split('|')
    .join(',')
    .split(',')
    .filter(axis => axis !== '')
    .sort()
    .join()
  const wanted = orderOf(viewOf({ ...of, layout: 'nchw' }, 1))
    ?.split(/[|,]/)
    .filter(axis => axis !== '' && Number(axis) !== channelAxis)
    .sort()
    .join()
  const [channels, ...others] = last
  const full = size === 1 ? channels === undefined : channels?.axis === channelAxis && channels.size === size
  if (!full || others.length > 0 || rows !== wanted)
    throw unsupported(call.node, 'a product of other axes than the channels', 'a linear layer of each token')
  const made = work(
    call.withInputs({ ...of, layout: of.shape.length === 3 ? 'nhwc' : 'nchw' }, ...call.inputs.slice(1)),
  )
  if (made.kind !== 'feature') return made
  const width = (made.shape.length === 3 ? made.shape[0] : made.shape.at(-1)) ?? 1
  const axis = width === 1 ? [] : [{ axis: channelAxis, size: width, stride: 1 }]
  return settled(call, { ...viewOf(made, call.around.batch), axes: [...whole.axes, axis] })
}
