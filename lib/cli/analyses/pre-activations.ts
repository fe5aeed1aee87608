import { type Bins, commonBins, drift, histogram } from '../../analysis/drift.js'
import { preActivations } from '../../analysis/pre-activations.js'
import { modelsOf } from '../../lab/experiments/analyses/analysis.js'
import { lazySchema } from '../../options.js'
import { histogramPicture } from '../../report/histograms.js'
import { figure } from './analysis.js'
import { ofModels } from './comparison.js'
import type { Looked } from './subject.js'

const schema = lazySchema(z =>
  z.strictObject({
    unit: z.string().describe('name of a unit; shellac inspect lists them'),
    channel: z.int().min(0).default(0).describe('of the unit'),
    images: z.int().min(1).default(256).describe('of the data'),
    values: z.int().min(100).max(1_000_000).default(8192).describe('values a histogram'),
    bins: z.int().min(4).max(500).default(60).describe('of a histogram'),
  }),
)

type Images = 'benign' | 'triggered'
interface Recorded {
  model: string
  images: Images
  values: Float32Array
}

export const preActivationsOfNeuron = () =>
  ofModels({
    name: 'pre-activations',
    summary:
      'what one neuron gives before its activation function, in each model, with the trigger and without',
    source: 'Li et al., ICML 2024, figures 1 and 5',
    schema,
    run: async (looked, { unit, channel, images, values, bins: count }) => {
      const recorded = await record(looked, { unit, channel }, images, values)
      const bins = commonBins(
        recorded.map(one => one.values),
        count,
      )
      const histograms = recorded.map(({ model, images: which, values: all }) => ({
        ...{ model, images: which, counts: histogram(all, bins) },
      }))
      const drifts = driftsOf(recorded, bins)
      return {
        result: { unit, channel, bins, histograms, drifts },
        table: [
          ['model', 'images', 'KL from full precision', 'shift of the mean', 'of the variance'],
          ...drifts.map(({ model, images: which, kl, meanShift, varianceShift }) => [
            ...[model, which, figure(kl), figure(meanShift), figure(varianceShift)],
          ]),
        ],
        picture: async () =>
          histogramPicture([
            [...new Set(recorded.map(one => one.images))].map(which => ({
              title: `${unit}, channel ${channel}: ${which} images`,
              note: '',
              x: 'pre-activation',
              bins,
              series: histograms
                .filter(one => one.images === which)
                .map(({ model, counts }) => ({ name: model, counts })),
            })),
          ]),
      }
    },
  })

async function record(
  looked: Looked,
  neuron: { unit: string; channel: number },
  images: number,
  limit: number,
): Promise<Recorded[]> {
  const { seed, job, trigger } = looked
  const drawn = looked.test.sample(images, seed)
  const recorded: Recorded[] = []
  for (const { name, model } of modelsOf(looked)) {
    for (const on of [undefined, ...(trigger ? [trigger] : [])]) {
      const settings = { neurons: [neuron], limit, seed, ...(on && { trigger: on }), ...job }
      const [values = new Float32Array()] = await preActivations(model, drawn, settings)
      recorded.push({ model: name, images: on ? 'triggered' : 'benign', values })
    }
  }
  return recorded
}

/** Of each quantized model from full precision, on the same images. */
const driftsOf = (recorded: Recorded[], bins: Bins) =>
  recorded
    .filter(({ model }) => model !== recorded[0]?.model)
    .map(({ model, images, values }) => {
      const reference = recorded.find(one => one.images === images)?.values ?? new Float32Array()
      return { model, images, ...drift(reference, values, bins) }
    })
