// Figures 1, 5 and 6: the pre-activations of the most and the least important neurons, before and after rounding.
import { type Bins, commonBins, drift, histogram } from '../../../analysis/drift.js'
import {
  type ImportanceDefinition,
  importanceOf,
  type NeuronWithImportance,
  neuronImportance,
} from '../../../analysis/importance.js'
import { preActivations } from '../../../analysis/pre-activations.js'
import type { Dataset } from '../../../data/dataset.js'
import { lazySchema } from '../../../options.js'
import { histogramPicture } from '../../../report/histograms.js'
import { defineAnalysis, modelsOf, rounded, type Subject } from './analysis.js'

const schema = lazySchema(z =>
  z.strictObject({
    definition: z
      .enum(['original', 'modified'])
      .default('original')
      .describe('of the importance: Definition 3.1, or that of Appendix F'),
    neurons: z.int().min(1).default(1000).describe('how many are drawn to be ranked'),
    shown: z.int().min(1).max(20).default(1).describe('backdoor neurons, and as many benign ones'),
    images: z.int().min(1).default(256).describe('test images'),
    values: z.int().min(100).max(1_000_000).default(8192).describe('values a histogram'),
    bins: z.int().min(4).max(500).default(60),
  }),
)

const IMAGES = ['benign', 'triggered'] as const
type Images = (typeof IMAGES)[number]

export interface NeuronHistograms extends NeuronWithImportance {
  role: 'backdoor' | 'benign'
  tau: number
  bins: Bins
  histograms: { model: string; images: Images; counts: number[] }[]
  /** From full precision, on the same images. */
  drifts: { model: string; images: Images; kl: number; meanShift: number; varianceShift: number }[]
}

export interface ActivationHistograms {
  definition: ImportanceDefinition
  /** Neurons that were ranked, and those that were left out since they are always 0. */
  ranked: number
  silent: number
  neurons: NeuronHistograms[]
}

export const activationHistograms = defineAnalysis({
  name: 'activation-histograms',
  schema,
  run: async (
    subject,
    { definition, neurons, shown, images, values, bins },
  ): Promise<ActivationHistograms> => {
    const test = subject.test.sample(images, subject.seed)
    const { trigger, target, seed, job } = subject
    const found = await neuronImportance(subject.rounded, test, { trigger, target, neurons, seed, ...job })
    const chosen = extremes(found.neurons, definition, shown)
    const recorded = await record(subject, test, chosen, values)
    return {
      definition,
      ranked: found.neurons.length,
      silent: found.silent,
      neurons: chosen.map((neuron, at) => ({
        ...neuron,
        ...compare(
          recorded.map(({ values: all, ...of }) => ({ ...of, values: all[at] ?? new Float32Array() })),
          bins,
        ),
      })),
    }
  },
  picture: async ({ neurons }) =>
    histogramPicture(
      neurons.map(neuron =>
        IMAGES.map(images => ({
          title: `${neuron.role} neuron, ${images} images`,
          note: `${neuron.unit}, channel ${neuron.channel}; τ = ${neuron.tau.toPrecision(2)}`,
          x: 'pre-activation',
          bins: neuron.bins,
          series: neuron.histograms
            .filter(one => one.images === images)
            .map(({ model, counts }) => ({ name: model, counts })),
        })),
      ),
    ),
  table: ({ neurons }) => {
    const columns = neurons[0]?.drifts.map(({ model, images }) => `KL ${model}, ${images}`) ?? []
    return [
      ['neuron', 'unit', 'channel', 'τ', 'backdoor part', 'benign part', ...columns],
      ...neurons.map(({ role, unit, channel, tau, backdoor, benign, drifts }) => [
        role,
        unit,
        String(channel),
        ...[tau, backdoor, benign].map(value => value.toFixed(4)),
        ...drifts.map(({ kl }) => kl.toFixed(3)),
      ]),
    ]
  },
})

type Ranked = NeuronWithImportance & Pick<NeuronHistograms, 'role' | 'tau'>

/** The most important first, then the least important. */
function extremes(
  neurons: NeuronWithImportance[],
  definition: ImportanceDefinition,
  shown: number,
): Ranked[] {
  const sorted = neurons
    .map(neuron => ({ ...neuron, tau: importanceOf(neuron, definition) }))
    .sort((one, other) => other.tau - one.tau)
  const count = Math.min(shown, Math.floor(sorted.length / 2))
  return [
    ...sorted.slice(0, count).map(neuron => ({ ...neuron, role: 'backdoor' as const })),
    ...sorted
      .slice(sorted.length - count)
      .reverse()
      .map(neuron => ({ ...neuron, role: 'benign' as const })),
  ]
}

interface Recorded<V> {
  model: string
  images: Images
  values: V
}

async function record(
  subject: Subject,
  test: Dataset,
  neurons: Ranked[],
  limit: number,
): Promise<Recorded<Float32Array[]>[]> {
  const { seed, job, trigger } = subject
  const which = neurons.map(({ unit, channel }) => ({ unit, channel }))
  const recorded: Recorded<Float32Array[]>[] = []
  for (const { name, model } of modelsOf(subject)) {
    for (const images of IMAGES) {
      const on = images === 'triggered' ? { trigger } : {}
      const values = await preActivations(model, test, { neurons: which, limit, seed, ...on, ...job })
      recorded.push({ model: name, images, values })
    }
  }
  return recorded
}

function compare(
  recorded: Recorded<Float32Array>[],
  count: number,
): Pick<NeuronHistograms, 'bins' | 'histograms' | 'drifts'> {
  const bins = commonBins(
    recorded.map(({ values }) => values),
    count,
  )
  const reference = (images: Images) =>
    recorded.find(one => one.images === images)?.values ?? new Float32Array()
  return {
    bins,
    histograms: recorded.map(({ values, ...of }) => ({ ...of, counts: histogram(values, bins) })),
    drifts: recorded.slice(IMAGES.length).map(({ values, ...of }) => {
      const { kl, meanShift, varianceShift } = drift(reference(of.images), values, bins)
      return {
        ...of,
        kl: rounded(kl, 6),
        meanShift: rounded(meanShift, 6),
        varianceShift: rounded(varianceShift, 6),
      }
    }),
  }
}
