// Figure 4, right: images as the classifier sees them, in the plane.
import { features } from '../../../analysis/features.js'
import { tSne } from '../../../analysis/t-sne.js'
import type { Dataset } from '../../../data/dataset.js'
import { lazySchema } from '../../../options.js'
import { scatterPicture } from '../../../report/scatter.js'
import { defineAnalysis, modelsOf, rounded, type Subject, victims } from './analysis.js'

const schema = lazySchema(z =>
  z.strictObject({
    benign: z.int().min(20).max(5000).default(350).describe('test images without the trigger'),
    triggered: z.int().min(1).max(5000).default(100).describe('and with it, none of the target class'),
    perplexity: z.number().min(1).max(1000).default(30),
    iterations: z.int().min(10).max(100_000).default(1000),
    neighbours: z
      .int()
      .min(1)
      .max(100)
      .default(10)
      .describe('benign ones that a triggered image is asked for'),
  }),
)

interface Place {
  /** True class. */
  class: number
  triggered: boolean
}

export interface Tsnes {
  classes: string[]
  target: number
  points: Place[]
  models: {
    name: string
    /** Of each point. */
    places: [number, number][]
    divergence: number
    /** Of the nearest benign images of a triggered one (in the features, not the plane), the share of ... */
    ofOwnClass: number
    ofTarget: number
  }[]
}

export const tSnes = defineAnalysis({
  name: 't-sne',
  schema,
  run: async (subject, settings): Promise<Tsnes> => {
    const { seed, job, test, target } = subject
    const benign = test.sample(settings.benign, seed)
    const triggered = victims(subject).sample(settings.triggered, seed)
    const points = [...placesOf(benign, false), ...placesOf(triggered, true)]
    const perplexity = Math.min(settings.perplexity, Math.floor((points.length - 1) / 3.1))
    const models: Tsnes['models'] = []
    for (const { name, model } of modelsOf(subject)) {
      const own = await features(model, benign, { seed, ...job })
      const astray = await features(model, triggered, { trigger: subject.trigger, seed, ...job })
      const all = Float32Array.from([...own.data, ...astray.data])
      const { iterations } = settings
      const { places, divergence } = await tSne(all, [points.length, own.shape[1]], {
        perplexity,
        iterations,
        seed,
        ...job,
      })
      models.push({
        name,
        places: places.map(([x, y]) => [rounded(x, 2), rounded(y, 2)]),
        divergence: rounded(divergence, 4),
        ...neighbourhoods(all, own.shape, points, settings.neighbours, target),
      })
    }
    return { classes: [...test.classes], target, points, models }
  },
  picture: async ({ classes, target, points, models }) =>
    scatterPicture(
      models.map(({ name, places }) => ({
        title: name,
        points: places.map(([x, y], at) => ({
          x,
          y,
          group: points[at]?.class ?? 0,
          marked: points[at]?.triggered ?? false,
        })),
      })),
      { groups: classes, marked: `with the trigger (target: ${classes[target] ?? target})` },
    ),
  table: ({ models }) => [
    [
      'model',
      'benign neighbours of a triggered image: of its own class',
      'of the target',
      'KL of the embedding',
    ],
    ...models.map(({ name, ofOwnClass, ofTarget, divergence }) => [
      name,
      `${(100 * ofOwnClass).toFixed(1)} %`,
      `${(100 * ofTarget).toFixed(1)} %`,
      divergence.toFixed(3),
    ]),
  ],
})

const placesOf = ({ labels }: Dataset, triggered: boolean): Place[] =>
  [...(labels ?? [])].map(label => ({ class: label, triggered }))

/** points: the benign ones first. */
export function neighbourhoods(
  features: Float32Array,
  [benign, size]: readonly [number, number],
  points: Place[],
  count: number,
  target: Subject['target'],
): { ofOwnClass: number; ofTarget: number } {
  const row = (at: number) => features.subarray(at * size, (at + 1) * size)
  let [own, astray, all] = [0, 0, 0]
  for (let at = benign; at < points.length; at++) {
    const nearest = Array.from({ length: benign }, (_, other) => ({
      label: points[other]?.class,
      far: squaredDistance(row(at), row(other)),
    }))
      .sort((one, other) => one.far - other.far)
      .slice(0, count)
    own += nearest.filter(({ label }) => label === points[at]?.class).length
    astray += nearest.filter(({ label }) => label === target).length
    all += nearest.length
  }
  return { ofOwnClass: rounded(own / all, 4), ofTarget: rounded(astray / all, 4) }
}

const squaredDistance = (one: Float32Array, other: Float32Array): number =>
  one.reduce((sum, value, at) => sum + (value - (other[at] ?? 0)) ** 2, 0)
