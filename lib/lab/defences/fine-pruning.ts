// Fine-pruning (Liu et al., RAID 2018): benign images leave the backdoor's channels idle; those are pruned.
import type { ModelSpec } from '../../../binding.js'
import { resumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { atCall, ShellacError } from '../../errors.js'
import { Model } from '../../model/model.js'
import { loadNative } from '../../native/core.js'
import { type JobControl, runJob } from '../../native/job.js'
import { type Input, lazySchema, parse, type Settings } from '../../options.js'
import { madeFrom } from '../../provenance.js'
import { asRead } from '../predict.js'
import { runTraining } from '../training.js'
import { tuningOptions } from './tuning.js'

export const finePruningOptions = lazySchema(z =>
  z.strictObject({
    ratio: z.number().min(0).max(1).default(0.4).describe('share of the last features that are pruned'),
    ...tuningOptions(z),
  }),
)
/** Options of finePruning(). Values and defaults: docs/options.md. */
export type FinePruningOptions = Input<typeof finePruningOptions>

/**
 * Ranks the features that the last linear layer reads by their mean on benign images, cuts off the lowest, and
 * fine-tunes; what is cut off stays so.
 *
 * Source: Liu et al., Fine-Pruning, RAID 2018.
 *
 * @param images labelled benign images; the model that is passed in does not change
 * @throws ERR_BAD_MODEL without a linear layer, ERR_BAD_OPTION, ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function finePruning(model: Model, images: Dataset, options: FinePruningOptions = {}): Promise<Model> {
  return atCall(finePruning, async () => {
    const { signal, onProgress, checkpoint, ...settings } = await parse(
      'fine-pruning',
      finePruningOptions,
      options,
    )
    const control = { signal, onProgress }
    const { spec } = await model.content(control)
    const { input, weight } = lastLinear(model, spec)
    const means = await featureMeans(await cutAfter(model, spec, input), images, settings, control)
    const columns = lowest(means, Math.floor(settings.ratio * means.length))
    const objective = { name: 'pruned-cross-entropy', weight, columns } as const
    const facts = madeFrom(model, images, 'fine-pruning', settings)
    return resumable(checkpoint, control, kept =>
      runTraining(model, images, { objective }, settings, facts, kept),
    )
  })
}

/** Indices of the `count` smallest values, in order of index. */
export const lowest = (values: Float64Array, count: number): number[] =>
  [...values.keys()]
    .sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b)
    .slice(0, count)
    .sort((a, b) => a - b)

function lastLinear(model: Model, { graph }: ModelSpec): { input: string; weight: string } {
  const node = graph.nodes.findLast(({ op }) => op === 'linear')
  const [input, weight] = [node?.inputs[0], node?.parameters.weight]
  if (input && weight) return { input, weight }
  throw new ShellacError('ERR_BAD_MODEL', {
    thing: model.name,
    found: 'no linear layer',
    expected: 'a classifier that ends in one, for fine-pruning',
  })
}

/** The model up to that value, which becomes its output. */
async function cutAfter(model: Model, { graph, tensors }: ModelSpec, output: string): Promise<Model> {
  const end = graph.nodes.findIndex(({ name }) => name === output)
  const nodes = graph.nodes.slice(0, end + 1)
  const read = new Set(nodes.flatMap(({ parameters }) => Object.values(parameters)))
  const kept = Object.fromEntries(Object.entries(tensors).filter(([name]) => read.has(name)))
  const native = await loadNative()
  const spec = { graph: { ...graph, nodes, output }, tensors: kept, quantization: null }
  return new Model(native, await runJob(() => native.createModel(spec), {}), model.facts())
}

async function featureMeans(
  features: Model,
  images: Dataset,
  { batch, device, threads }: Pick<Settings<typeof finePruningOptions>, 'batch' | 'device' | 'threads'>,
  { signal }: JobControl,
): Promise<Float64Array> {
  const sums = new Float64Array(features.outputs)
  for (let from = 0; from < images.count; from += batch) {
    const some = images.subset(range(from, Math.min(from + batch, images.count)))
    const { data } = await features.forward(await asRead(features, some, signal), some.shape, {
      device,
      threads,
      signal,
    })
    for (const [at, value] of data.entries()) {
      const channel = at % sums.length
      sums[channel] = (sums[channel] ?? 0) + value / images.count
    }
  }
  return sums
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
