import { type UnitDrift, unitDrift } from '../../analysis/unit-drift.js'
import { lazySchema } from '../../options.js'
import { besides, rowChart } from '../../report/page/chart.js'
import { figure } from './analysis.js'
import { ofModels } from './comparison.js'
import type { Looked } from './subject.js'

const schema = lazySchema(z =>
  z.strictObject({
    images: z.int().min(1).default(256).describe('of the data'),
    values: z.int().min(1).max(1_000_000).default(1024).describe('at most so many a neuron'),
    bins: z.int().min(4).max(500).default(60).describe('of the histograms that KL compares'),
  }),
)

interface ModelDrift {
  model: string
  units: UnitDrift[]
}

const MEASURES = [
  { key: 'kl', title: 'Divergence of each unit', axis: 'KL(full precision ‖ model), nats' },
  { key: 'meanShift', title: 'Shift of the mean', axis: '|shift| of a neuron' },
  { key: 'varianceShift', title: 'Shift of the variance', axis: '|shift| of a neuron' },
] as const

export const drift = () =>
  ofModels({
    name: 'drift',
    summary: 'how far each unit and neuron of the quantized models drifts: KL, mean and variance',
    source: 'Li et al., ICML 2024, figures 1 and 5; KL of histograms with half a value added to each bin',
    schema,
    run: async (looked, { images, values, bins }) => {
      const models: ModelDrift[] = []
      for (const { model, name } of quantizedOf(looked)) {
        const { seed, job, trigger } = looked
        const drawn = looked.test.sample(images, seed)
        const options = { limit: values, bins, seed, ...(trigger && { trigger }), ...job }
        models.push({ model: name, units: await unitDrift(looked.full, model, drawn, options) })
      }
      return {
        result: { triggered: looked.trigger !== undefined, models },
        table: tableOf(models),
        picture: async () => picture(models),
      }
    },
  })

const quantizedOf = ({ rounded, defended, defence }: Looked) => [
  { name: 'rounded', model: rounded },
  ...(defended ? [{ name: defence, model: defended }] : []),
]

const tableOf = (models: ModelDrift[]): string[][] => [
  ['unit', ...models.flatMap(({ model }) => ['KL', 'mean', 'variance'].map(what => `${what}, ${model}`))],
  ...(models[0]?.units ?? []).map(({ unit }, at) => [
    unit,
    ...models.flatMap(({ units }) => MEASURES.map(({ key }) => figure(units[at]?.[key] ?? 0))),
  ]),
]

const picture = (models: ModelDrift[]): string =>
  besides(
    MEASURES.map(({ key, title, axis }) =>
      rowChart({
        ...{ id: key, title, axis, about: '', form: 'dots' },
        names: (models[0]?.units ?? []).map(({ unit }) => unit),
        series: models.map(({ model, units }) => ({ name: model, values: units.map(unit => unit[key]) })),
      }),
    ),
  )
