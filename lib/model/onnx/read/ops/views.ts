// Reshape, Transpose and selections, on a feature or on what became of it.
import type { Call, Lower } from '../call.js'
import { unsupported } from '../refuse.js'
import type { Feature, Value, View } from '../values.js'
import { orderOf, parted, permuted, reshaped, sizesOf, viewOf } from '../view.js'

/** The input as a view; null where it is neither a feature nor one. */
export function viewAt(call: Call, at: number): View | null {
  const value = call.inputs[at]
  if (value?.kind === 'view') return value
  if (value?.kind !== 'feature' && value?.kind !== 'curve') return null
  return viewOf(call.feature(at), call.around.batch)
}

const whole = (of: Feature, layout: Feature['layout'] = 'nchw') => orderOf(viewOf({ ...of, layout }, 1)) ?? ''

/** What the graph knows by another name, or still the view. */
export function settled(call: Call, view: View): Value {
  const { of } = view
  const order = orderOf(view)
  const own = whole(of)
  if (order === null) return part(call, view) ?? shuffle(call, view) ?? view
  if (order === own) return { ...of, layout: 'nchw', alias: true }
  if (of.shape.length === 3 && order === whole(of, 'nhwc')) return { ...of, layout: 'nhwc', alias: true }
  const [batch = '', ...axes] = own.split('|')
  const present = axes.filter(axis => axis !== '')
  const { builder } = call
  if (view.axes.length === 2 && order === [batch, present.join()].join('|')) {
    return of.shape.length === 1
      ? { ...of, alias: true }
      : builder.add(call.name, 'flatten', [{ ...of, layout: 'nchw' }], [of.shape.reduce((a, b) => a * b, 1)])
  }
  const [channels = '', ...places] = axes
  if (
    of.shape.length === 3 &&
    order === [batch, places.filter(axis => axis !== '').join(), channels].join('|')
  ) {
    const [c = 1, h = 1, w = 1] = of.shape
    return builder.add(call.name, 'tokens', [{ ...of, layout: 'nchw' }], [h * w, c])
  }
  return view
}

/** A token by itself. */
function part(call: Call, view: View): Value | null {
  const { of, parts, axes } = view
  const [only, ...others] = parts
  const [tokens = 0, channels = 0] = of.shape
  const selects = only?.axis === 1 && only.stride === 1 && only.count === tokens
  if (!only || others.length > 0 || of.shape.length !== 2 || !selects || axes.length !== 2) return null
  if (orderOf({ ...view, parts: [] }) !== '0|2') return null
  return call.builder.add(call.name, 'selectToken', [of], [channels], { attributes: { index: only.index } })
}

/** Channels in groups whose order was turned. */
function shuffle(call: Call, view: View): Value | null {
  const [c = 0] = view.of.shape
  const [inner, outer, ...others] = view.axes[1] ?? []
  const turned =
    inner?.axis === 1 &&
    outer?.axis === 1 &&
    others.length === 0 &&
    inner.stride === 1 &&
    outer.stride === inner.size &&
    inner.size * outer.size === c
  if (!turned || view.of.shape.length !== 3) return null
  const straight = { ...view, axes: view.axes.with(1, [{ axis: 1, size: c, stride: 1 }]) }
  if (orderOf(straight) !== whole(view.of)) return null
  const of: Feature = { ...view.of, layout: 'nchw' }
  return call.builder.add(call.name, 'channelShuffle', [of], of.shape, { attributes: { groups: outer.size } })
}

const refuse = (call: Call, view: View, found: string) =>
  unsupported(
    call.node,
    `${found} of [${sizesOf(view).map(size => (Number.isNaN(size) ? 'n' : size))}]`,
    'one that flattens, shuffles channels, or makes tokens or the heads of an attention',
  )

export function reshapeView(call: Call, view: View, target: readonly number[]): Value {
  const own = sizesOf(view)
  const allowZero = call.attributes.integer('allowzero', 0) === 1
  const wanted = target.map((size, at) => (size === 0 && !allowZero ? (own[at] ?? 0) : size))
  const made = wanted.length <= 8 && reshaped(view, wanted)
  if (!made) throw refuse(call, view, `a Reshape to [${target}]`)
  return settled(call, made)
}

export function transposeView(call: Call, view: View, order: readonly number[]): Value {
  const made = permuted(view, order)
  if (!made) throw call.bad(`perm [${order}] of ${view.axes.length} axes`, 'each axis once')
  return settled(call, made)
}

const place = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)

/** Flatten(axis): two axes, before it and from it on. */
export function flattenView(call: Call, view: View, axis: number): Value {
  const at = place(axis, view.axes.length)
  if (!(at > 0 && at < view.axes.length)) throw refuse(call, view, `axis ${axis}`)
  return settled(call, { ...view, axes: [view.axes.slice(0, at).flat(), view.axes.slice(at).flat()] })
}

export function squeezeView(call: Call, view: View, axes: readonly number[]): Value {
  const gone = new Set(axes.map(axis => place(axis, view.axes.length)))
  const sizes = sizesOf(view)
  if (![...gone].every(at => sizes[at] === 1))
    throw call.bad(`axes [${axes}] of [${sizes}]`, 'axes of size 1')
  // A batch of one that is squeezed away comes back with Unsqueeze or not at all.
  const kept = view.axes.filter((_, at) => !gone.has(at))
  const batch = view.axes.filter((_, at) => gone.has(at)).flat()
  if (batch.length > 0) throw refuse(call, view, 'a Squeeze of the batch')
  return settled(call, { ...view, axes: kept })
}

export function unsqueezeView(call: Call, view: View, axes: readonly number[]): Value {
  const rank = view.axes.length + axes.length
  const at = new Set(axes.map(axis => place(axis, rank)))
  const rest = [...view.axes]
  if (rank > 8 || at.size !== axes.length) throw call.bad(`axes [${axes}]`, 'each once, 8 at most')
  const all = Array.from({ length: rank }, (_, index) => (at.has(index) ? [] : (rest.shift() ?? [])))
  return settled(call, { ...view, axes: all })
}

/** One index of an axis: the axis goes. */
export function gatherView(call: Call, view: View, axis: number): Value {
  const { values, scalar } = call.numbers(1)
  const at = place(axis, view.axes.length)
  const size = sizesOf(view)[at] ?? 0
  const index = place(values[0] ?? 0, size)
  const made = values.length === 1 && index >= 0 && index < size ? parted(view, at, size, index) : null
  if (!made) throw refuse(call, view, `Gather of [${values.slice(0, 8)}] along axis ${axis}`)
  return settled(call, scalar ? { ...made, axes: made.axes.filter((_, other) => other !== at) } : made)
}

/** Indices from `from` up to, without, `to`. */
export function slicedView(call: Call, view: View, axis: number, from: number, to: number): Value {
  const size = sizesOf(view)[axis] ?? 0
  const [start, end] = [place(from, size), Math.min(place(to, size), size)]
  if (start === 0 && (end === size || to > 2 ** 31)) return settled(call, view)
  const { of } = view
  if (of.shape.length === 3 && orderOf(view) === whole(of) && axis === 1 && start >= 0 && end > start) {
    const shape = [end - start, ...of.shape.slice(1)]
    return call.builder.add(call.name, 'channels', [of], shape, { attributes: { from: start, to: end } })
  }
  const width = end - start
  const even = width > 0 && size % width === 0 && start % width === 0
  const made = even ? parted(view, axis, size / width, start / width) : null
  if (!made) throw refuse(call, view, `indices ${start} to ${end} along axis ${axis}`)
  return settled(call, made)
}

export const split: Lower = call => {
  const view = viewAt(call, 0)
  const count = call.node.output.length
  if (!view) throw unsupported(call.node, 'Split of a constant', 'Split of a value')
  const axis = place(call.attributes.integer('axis', 0), view.axes.length)
  const size = sizesOf(view)[axis] ?? 0
  const each = Math.ceil(size / count)
  const sizes = call.has(1)
    ? call.numbers(1).values
    : Array.from({ length: count }, (_, at) => Math.min(each, size - at * each))
  if (sizes.length !== count || sizes.reduce((sum, part) => sum + part, 0) !== size)
    throw call.bad(`parts of [${sizes.slice(0, 16)}]`, `${count} that have ${size} together`)
  let from = 0
  return sizes.map(part => {
    from += part
    return slicedView(call, view, axis, from - part, from)
  })
}
