import type { ModelSpec } from '../../binding.js'
import { createFrom } from '../model/create-from.js'
import type { Layer } from '../model/inspect.js'
import type { Model } from '../model/model.js'
import { loadNative } from '../native/core.js'
import { ancestors, cutAt } from './cut.js'
import { type Difference, difference } from './difference.js'
import { type Runner, shellacRunner } from './runner.js'

/** The first value of two graphs that differs. */
export interface ValueDifference {
  /** Name of the node that makes it, in both models. */
  value: string
  op: string
  largestAbsolute: number
  /** Over the largest number that either model has there for the same image. */
  largestRelative: number
}

export type RunOf = (model: Model) => Runner
/** The same images as each of the two models reads them; [n, channels, height, width]. */
export interface Batch {
  a: Float32Array
  b: Float32Array
  shape: readonly number[]
}

/**
 * The first value that two graphs share by name and shape and that differs by more than the tolerance, in the order of a's
 * nodes. null where none does. Where a value is equal, what it is made of counts as equal too, so that halving finds it.
 */
export async function firstDifference(
  a: Model,
  b: Model,
  batch: Batch,
  tolerance: number,
  runOf: RunOf = model => shellacRunner(model, { seed: 0, threads: 0, device: 'cpu' }),
): Promise<ValueDifference | null> {
  const [one, other] = [await a.content(), await b.content()]
  let open = shared(a, b)
  let found: ValueDifference | null = null
  while (open.length > 0) {
    const layer = open[Math.floor(open.length / 2)] as Layer
    const runs = [await cut(a, one.spec, layer), await cut(b, other.spec, layer)].map(runOf)
    const apart = await compare(runs as [Runner, Runner], batch)
    const behind = ancestors(one.spec.graph, layer.name)
    const differs = apart.relative > tolerance
    if (differs) found = asResult(layer, apart)
    open = open.filter(({ name }) => name !== layer.name && behind.has(name) === differs)
  }
  return found
}

/** Values of both graphs, but for the images themselves. */
function shared(a: Model, b: Model): Layer[] {
  const shapes = new Map(b.inspect().layers.map(({ name, shape }) => [name, shape.join()]))
  return a
    .inspect()
    .layers.filter(({ name, op, shape }) => op !== 'input' && shapes.get(name) === shape.join())
}

const cut = (model: Model, spec: ModelSpec, { name, shape }: Layer): Promise<Model> =>
  createFrom(loadNative, cutAt(spec, name, shape.length), {
    name: `${model.name}, ${name}`,
    normalization: null,
    classes: null,
    provenance: null,
  })

async function compare([a, b]: readonly [Runner, Runner], batch: Batch): Promise<Difference> {
  const one = await a.run(batch.a, batch.shape)
  const other = await b.run(batch.b, batch.shape)
  return difference(one.data, other.data, batch.shape[0] ?? 1, [a.name, b.name])
}

const asResult = ({ name, op }: Layer, { absolute, relative }: Difference): ValueDifference => ({
  value: name,
  op,
  largestAbsolute: absolute,
  largestRelative: relative,
})
