// Shape arithmetic, done when the model is read. NaN stands for the size of the batch, and for all that depends on it.
import type { Call, Lower } from '../call.js'
import { unsupported } from '../refuse.js'
import { numbersOf } from '../stored.js'
import type { Numbers, Value, View } from '../values.js'
import { sizesOf, viewOf } from '../view.js'
import { root } from './layer-norm.js'
import { classToken } from './tokens.js'
import { gatherView, slicedView, viewAt } from './views.js'

const MOST = 1024

const list = (values: readonly number[], scalar = false): Numbers => ({ kind: 'numbers', values, scalar })

/** Both operands as numbers, or null where one depends on the images. */
export function arithmetic(
  call: Call,
  combine: (one: number, other: number, float: boolean) => number,
): Value | null {
  if (![0, 1].every(at => call.inputs[at]?.kind === 'numbers' || call.inputs[at]?.kind === 'constant'))
    return null
  const [one, other] = [call.numbers(0), call.numbers(1)]
  const length = Math.max(one.values.length, other.values.length)
  if ([one, other].some(({ values }) => values.length !== length && values.length !== 1) || length > MOST) {
    throw call.bad(`lists of ${one.values.length} and ${other.values.length}`, 'lists of one length')
  }
  const at = ({ values }: Numbers, index: number) => values[values.length === 1 ? 0 : index] ?? Number.NaN
  const float = one.float === true || other.float === true
  const values = Array.from({ length }, (_, index) => combine(at(one, index), at(other, index), float))
  return { ...list(values, one.scalar && other.scalar), ...(float ? { float: true } : {}) }
}

/** The file's sizes of a value: the batch first. */
export const shape: Lower = call => {
  const [value] = call.inputs
  if (value?.kind === 'numbers') return list(value.scalar ? [] : [value.values.length])
  if (value?.kind === 'constant') return list(value.tensor.shape)
  const all = sizesOf(viewAt(call, 0) ?? viewOf(call.feature(0), call.around.batch))
  const end = call.attributes.has('end') ? call.attributes.integer('end', 0) : undefined
  return list(all.slice(call.attributes.integer('start', 0), end))
}

export const gather: Lower = call => {
  const view = viewAt(call, 0)
  if (view) return gatherView(call, view, call.attributes.integer('axis', 0))
  const data = call.numbers(0)
  const indices = call.numbers(1)
  if (call.attributes.integer('axis', 0) !== 0) throw call.bad('another axis', 'axis 0 of a list of sizes')
  const picked = indices.values.map(index => data.values[index < 0 ? index + data.values.length : index])
  if (picked.some(value => value === undefined))
    throw call.bad(`indices [${indices.values.slice(0, 8)}]`, 'some within')
  return list(picked as number[], indices.scalar)
}

export const concat: Lower = call => {
  const features = call.inputs.filter(value => value && !['numbers', 'constant'].includes(value.kind))
  const token = features.length === 1 ? classToken(call) : null
  if (token) return token
  if (features.length === 0) {
    const values = call.inputs.flatMap((_, at) => call.numbers(at).values)
    if (values.length > MOST) throw call.bad(`a list of ${values.length}`, `${MOST} at most`)
    return list(values)
  }
  const images = call.inputs.map((_, at) => call.feature(at))
  const [first, ...others] = images
  const axis = call.attributes.integer('axis', 0)
  const channels = first?.layout === 'nhwc' ? [3, -1] : [1, -3]
  const fits = images.every(({ shape, layout }) => shape.length === 3 && layout === first?.layout)
  if (!first || !fits || !channels.includes(axis)) {
    throw unsupported(call.node, `axis ${axis} of values`, 'Concat of channels')
  }
  return others.reduce(
    (joined, next) =>
      call.builder.add(
        call.name,
        'concat',
        [joined, next],
        [(joined.shape[0] ?? 0) + (next.shape[0] ?? 0), ...joined.shape.slice(1)],
      ),
    first,
  )
}

export const slice: Lower = call => {
  const view = viewAt(call, 0)
  if (view) return sliceOfView(call, view)
  const { values } = call.numbers(0)
  const bound = (at: number, name: string) =>
    call.has(at) ? call.numbers(at).values : call.attributes.integers(name)
  const [start = 0] = bound(1, 'starts') ?? []
  const [end = values.length] = bound(2, 'ends') ?? []
  const [step = 1] = (call.has(4) ? call.numbers(4).values : null) ?? [1]
  if (step !== 1) throw unsupported(call.node, `step ${step}`, 'step 1')
  return list(values.slice(start, Math.min(end, values.length)))
}

/** One axis after the other. */
function sliceOfView(call: Call, view: View): Value {
  const bound = (at: number, name: string) =>
    call.has(at) ? call.numbers(at).values : (call.attributes.integers(name) ?? [])
  const [starts, ends] = [bound(1, 'starts'), bound(2, 'ends')]
  const axes = call.has(3) ? call.numbers(3).values : starts.map((_, at) => at)
  const steps = call.has(4) ? call.numbers(4).values : []
  if (steps.some(step => step !== 1)) throw unsupported(call.node, `steps [${steps}]`, 'step 1')
  let value: Value = view
  for (const [at, start] of starts.entries()) {
    const now = viewAt(call.withInputs(value), 0)
    if (!now) break
    const axis = axes[at] ?? 0
    value = slicedView(call, now, axis < 0 ? axis + now.axes.length : axis, start, ends[at] ?? 0)
  }
  return value
}

export const modulo: Lower = call => arithmetic(call, (a, b) => a % b) ?? refuseComparison(call)

/** 1 where they are equal, else 0. */
export const equal: Lower = call => arithmetic(call, (a, b) => Number(a === b)) ?? refuseComparison(call)

const refuseComparison = (call: Call): never => {
  throw unsupported(call.node, 'a comparison of values', 'one of sizes')
}

/** Of sizes; or the guard of a softmax against rows of nothing but NaN. */
export const where: Lower = call => {
  const [condition, one, other] = call.inputs
  if (condition?.kind === 'scores' && other?.kind === 'scores') return other
  if (condition?.kind !== 'numbers' && one?.kind === 'scores') return one
  const [conditions, yes, no] = [call.numbers(0), call.numbers(1), call.numbers(2)]
  const length = Math.max(conditions.values.length, yes.values.length, no.values.length)
  if (length > MOST) throw call.bad(`a list of ${length}`, `${MOST} at most`)
  const at = ({ values }: Numbers, index: number) => values[values.length === 1 ? 0 : index] ?? Number.NaN
  return list(Array.from({ length }, (_, index) => at(at(conditions, index) ? yes : no, index)))
}

/** Nothing is NaN in a softmax of finite numbers. */
export const notANumber: Lower = call => {
  const [value] = call.inputs
  if (value?.kind === 'scores') return value
  throw unsupported(call.node, 'IsNaN of a value', 'that of a Softmax')
}

export const squareRoot: Lower = call => {
  const known = root(call)
  if (known) return known
  const { values, scalar } = call.numbers(0)
  return { ...list(values.map(Math.sqrt), scalar), float: true }
}

export const constantOfShape: Lower = call => {
  const { values } = call.numbers(0)
  const count = values.reduce((product, size) => product * size, 1)
  const value = call.attributes.tensor('value')
  const [filled = 0] = value ? (numbersOf(call.around.stored(value)) ?? []) : [0]
  if (values.length > 1 || !(count >= 0 && count <= MOST)) throw call.bad(`shape [${values}]`, 'a short list')
  return list(new Array<number>(count).fill(filled))
}

export const constant: Lower = call => {
  const tensor = call.attributes.tensor('value')
  if (tensor)
    return { kind: 'constant', tensor: { ...call.around.stored(tensor), name: call.node.output[0] ?? '' } }
  if (call.attributes.has('value_ints')) return list(call.attributes.integers('value_ints') ?? [])
  if (call.attributes.has('value_int')) return list([call.attributes.integer('value_int', 0)], true)
  if (call.attributes.has('value_float'))
    return { ...list([call.attributes.number('value_float', 0)], true), float: true }
  throw unsupported(call.node, 'a constant without a tensor', 'attribute "value"')
}
