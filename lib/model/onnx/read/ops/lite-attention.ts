// Attention of linear cost with ReLU as its kernel, in the steps that Shellac writes it in: of groups of channels [n, g, 3·d,
// positions], with Q, K and V of d each,
//   (V·relu(K)ᵀ)·relu(Q) / (Σ relu(K)ᵀ·relu(Q) + eps)
import type { Call } from '../call.js'
import { unsupported } from '../refuse.js'
import type { LiteAttention, Value, View } from '../values.js'
import { joined, viewOf } from '../view.js'

const refuse = (call: Call) =>
  unsupported(
    call.node,
    'a product of parts of a value',
    'attention as softmax(Q·Kᵀ/√d)·V or with ReLU as its kernel',
  )

interface Group {
  role: number
  d: number
}

/** Of a view [n, g, d, positions] (turned: [n, g, positions, d]) which third of a group it is; null for another view. */
function groupOf({ of, parts, axes, factor }: View, turned: boolean): Group | null {
  const [part, ...others] = parts
  const [channels = 0, height = 1, width = 1] = of.shape
  const [, groups, ...ends] = axes.map(axis => joined(axis))
  const [own, places] = turned ? [ends[1], ends[0]] : ends
  const d = part?.stride ?? 0
  const count = channels / (3 * d)
  const fits =
    of.shape.length === 3 &&
    others.length === 0 &&
    factor === 1 &&
    part?.axis === 1 &&
    part.count === 3 &&
    Number.isInteger(count) &&
    (count === 1
      ? groups?.length === 0
      : groups?.length === 1 && groups[0]?.axis === 1 && groups[0].stride === 3 * d) &&
    (d === 1
      ? own?.length === 0
      : own?.length === 1 && own[0]?.axis === 1 && own[0].size === d && own[0].stride === 1) &&
    (places ?? []).reduce((size, { size: more }) => size * more, 1) === height * width &&
    (places ?? []).every(({ axis }) => axis > 1)
  return fits && part ? { role: part.index, d } : null
}

const is = (view: View, role: number, relu: boolean, turned = false): boolean =>
  groupOf(view, turned)?.role === role && (view.relu ?? false) === relu

/** relu of queries or keys; null for another view. */
export function reluOfPart(view: View): View | null {
  const group = groupOf(view, false)
  return group && group.role < 2 && !view.relu ? { ...view, relu: true } : null
}

const step = (from: View, stage: LiteAttention['stage'], eps = 0): LiteAttention => ({
  kind: 'liteAttention',
  of: from.of,
  d: groupOf(from, false)?.d ?? groupOf(from, true)?.d ?? 1,
  stage,
  eps,
})

/** V·Kᵀ, and its product and that of ΣKᵀ with Q; null for other inputs. */
export function liteProduct(call: Call): Value | null {
  const [one, other] = call.inputs
  if (one?.kind === 'view' && other?.kind === 'view') {
    const fits = is(one, 2, false) && is(other, 1, true, true) && one.of.node === other.of.node
    return fits ? step(one, 'sums') : null
  }
  if (one?.kind !== 'liteAttention' || other?.kind !== 'view') return null
  if (!is(other, 0, true) || other.of.node !== one.of.node) throw refuse(call)
  if (one.stage === 'sums') return { ...one, stage: 'mixed' }
  if (one.stage === 'keys') return { ...one, stage: 'total' }
  throw refuse(call)
}

/** ReduceSum of the keys' positions. */
export function sumOfKeys(call: Call): Value {
  const [view] = call.inputs
  const axes = call.has(1) ? call.numbers(1).values : []
  const kept = call.attributes.integer('keepdims', 1) === 1
  if (view?.kind === 'view' && kept && axes.join() === '2' && is(view, 1, true, true))
    return step(view, 'keys')
  throw unsupported(call.node, 'a sum over axes', 'ReduceMean over height and width')
}

export function liteEps(call: Call): Value | null {
  const [value] = call.inputs
  if (value?.kind !== 'liteAttention') return null
  const eps = call.number(1)
  if (value.stage !== 'total' || !eps || !(eps > 0)) throw refuse(call)
  return { ...value, stage: 'safe', eps }
}

export function liteShares(call: Call): Value | null {
  const [one, other] = call.inputs
  if (one?.kind !== 'liteAttention' || other?.kind !== 'liteAttention') return null
  if (one.stage !== 'mixed' || other.stage !== 'safe' || one.of.node !== other.of.node) throw refuse(call)
  const [channels = 3, height = 1, width = 1] = one.of.shape
  const attributes = { headDimension: one.d, eps: other.eps }
  const shape = [channels / 3, height, width]
  const of = call.builder.add(call.name, 'liteAttention', [one.of], shape, { attributes })
  const [n = [], c = [], ...places] = viewOf(of, call.around.batch).axes
  const whole = { axis: 1, size: channels / 3, stride: 1 }
  const split =
    c.length === 0
      ? [[], []]
      : [
          { ...whole, size: channels / 3 / one.d, stride: one.d },
          { ...whole, size: one.d },
        ].map(factor => (factor.size === 1 ? [] : [factor]))
  return { kind: 'view', of, axes: [n, ...split, places.flat()], parts: [], factor: 1 }
}
