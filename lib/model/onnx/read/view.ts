// Reshapes, transposes and selections as a calculation with axes: each axis of a view is a product of runs along the axes of
// the feature, in their order.
import type { Factor, Feature, Part, View } from './values.js'

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1)

/** The feature's axes in the file's order. */
export function viewOf(of: Feature, batch: number | null): View {
  const all = [batch ?? Number.NaN, ...of.shape].map((size, axis): readonly Factor[] =>
    size === 1 && axis > 0 ? [] : [{ axis, size, stride: 1 }],
  )
  const [n = [], c = [], ...rest] = all
  const axes = of.layout === 'nhwc' ? [n, ...rest, c] : all
  return { kind: 'view', of, axes, parts: [], factor: 1 }
}

export const sizesOf = ({ axes }: View): number[] => axes.map(axis => product(axis.map(({ size }) => size)))

export const permuted = (view: View, order: readonly number[]): View | null => {
  const axes = order.map(at => view.axes[at])
  const whole = new Set(order).size === view.axes.length && order.length === view.axes.length
  return whole && axes.every(axis => axis !== undefined) ? { ...view, axes: axes as Factor[][] } : null
}

/** null where the sizes do not fit. -1 and NaN: what is left for it. */
export function reshaped(view: View, wanted: readonly number[]): View | null {
  const rest = view.axes.flat()
  const sizes = filled(rest, wanted)
  const axes: Factor[][] = []
  let at = 0
  const open = () => sizes.slice(at).filter(size => !(size >= 0)).length
  for (; at < sizes.length; at++) {
    const size = sizes[at] ?? 1
    const alone = !(size >= 0) && open() > 1 && Number.isNaN(rest[0]?.size)
    if (!(size >= 0) && !alone) break
    const axis = alone ? rest.splice(0, 1) : fromLeft(rest, size)
    if (!axis) return null
    // A batch of one has no size to find it by: it stays with the tokens before it, not with the channels behind.
    const single = rest[0]?.axis === 0 && rest[0].size === 1 && sizes[at + 1] !== 1
    axes.push(single ? [...axis, ...rest.splice(0, 1)] : axis)
  }
  const behind: Factor[][] = []
  for (let end = sizes.length - 1; end > at; end--) {
    const axis = fromRight(rest, sizes[end] ?? Number.NaN)
    if (!axis) return null
    behind.unshift(axis)
  }
  if (at < sizes.length) axes.push(rest.splice(0))
  return rest.length === 0 ? { ...view, axes: [...axes, ...behind] } : null
}

/** -1 worked out where all sizes are known. */
function filled(factors: readonly Factor[], wanted: readonly number[]): number[] {
  const all = product(factors.map(({ size }) => size))
  const known = product(wanted.filter(size => size !== -1))
  return wanted.map(size => (size === -1 && all % known === 0 ? all / known : size))
}

/** Takes so many indices off the front; null where a run would have to be cut unevenly, or the batch at all. */
function fromLeft(rest: Factor[], size: number): Factor[] | null {
  const taken: Factor[] = []
  let left = size
  if (left === 1 && rest[0]?.axis === 0 && rest[0].size === 1) return rest.splice(0, 1)
  while (left > 1) {
    const head = rest[0]
    if (!head || !(head.size > 0)) return null
    if (left % head.size === 0) {
      taken.push(...rest.splice(0, 1))
      left /= head.size
    } else if (head.size % left === 0 && head.axis > 0) {
      const inner = head.size / left
      taken.push({ ...head, size: left, stride: head.stride * inner })
      rest[0] = { ...head, size: inner }
      left = 1
    } else return null
  }
  return taken
}

/** The same off the end. */
function fromRight(rest: Factor[], size: number): Factor[] | null {
  const taken: Factor[] = []
  let left = size
  if (!(size >= 1)) return null
  while (left > 1) {
    const tail = rest.at(-1)
    if (!tail || !(tail.size > 0)) return null
    if (left % tail.size === 0) {
      taken.unshift(...rest.splice(-1))
      left /= tail.size
    } else if (tail.size % left === 0 && tail.axis > 0) {
      taken.unshift({ ...tail, size: left })
      rest[rest.length - 1] = { ...tail, size: tail.size / left, stride: tail.stride * left }
      left = 1
    } else return null
  }
  return taken
}

/** One of `count` equal parts along an axis; null where they do not fall together with a run of the feature. */
export function parted(view: View, at: number, count: number, index: number): View | null {
  const axis = view.axes[at] ?? []
  const size = product(axis.map(factor => factor.size)) / count
  const rest = [...axis]
  const [head, ...others] = fromLeft(rest, count) ?? []
  if (!head || others.length > 0 || head.axis === 0 || product(rest.map(factor => factor.size)) !== size)
    return null
  const part: Part = { axis: head.axis, stride: head.stride, count, index }
  return { ...view, axes: view.axes.with(at, rest), parts: [...view.parts, part] }
}

/** Runs that follow each other as they do in the feature, as one. */
export function joined(axis: readonly Factor[]): Factor[] {
  const made: Factor[] = []
  for (const factor of axis) {
    const before = made.at(-1)
    if (before && before.axis === factor.axis && before.stride === factor.stride * factor.size) {
      made[made.length - 1] = { ...factor, size: before.size * factor.size }
    } else made.push(factor)
  }
  return made
}

/** For comparison: axes of the feature as letters, whole runs alone ("0|2,3|1"); null where a run is not whole. */
export function orderOf(view: View): string | null {
  if (view.parts.length > 0 || view.factor !== 1 || view.relu) return null
  const whole = (factor: Factor) =>
    factor.axis === 0 || (factor.stride === 1 && factor.size === view.of.shape[factor.axis - 1])
  const axes = view.axes.map(joined)
  if (!axes.flat().every(whole)) return null
  return axes.map(axis => axis.map(factor => factor.axis).join()).join('|')
}
