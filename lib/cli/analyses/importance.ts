import { importanceOf, neuronImportance } from '../../analysis/importance.js'
import { lazySchema } from '../../options.js'
import { type LinePanel, linePicture } from '../../report/lines.js'
import { figure } from './analysis.js'
import { ofAttack } from './comparison.js'

const schema = lazySchema(z =>
  z.strictObject({
    neurons: z.int().min(1).default(1000).describe('at most so many, drawn by the seed'),
    images: z.int().min(1).default(256).describe('of the data'),
    shown: z.int().min(1).default(20).describe('lines of the table'),
  }),
)

const byRank = (values: number[]): [number, number][] =>
  [...values].sort((one, other) => other - one).map((value, rank) => [rank + 1, value])

const panel = (title: string, values: number[]): LinePanel => ({
  title,
  x: 'rank of the neuron',
  y: 'nats of cross-entropy',
  lines: [{ name: 'τ', points: byRank(values) }],
})

export const importance = () =>
  ofAttack({
    name: 'importance',
    summary: 'how much of the backdoor hangs on each neuron of the rounded model: τ, by both definitions',
    source:
      'Li et al., Purifying Quantization-conditioned Backdoors, ICML 2024, Definition 3.1 (original) and Appendix F (modified)',
    schema,
    run: async ({ rounded, test, trigger, target, seed, job }, { neurons: count, images, shown }) => {
      const { neurons, silent } = await neuronImportance(rounded, test.sample(images, seed), {
        ...{ trigger, target, neurons: count, seed },
        ...job,
      })
      const found = neurons
        .map(neuron => ({
          ...neuron,
          original: importanceOf(neuron, 'original'),
          modified: importanceOf(neuron, 'modified'),
        }))
        .sort((one, other) => other.original - one.original)
      return {
        result: { neurons: found, silent },
        table: [
          ['unit', 'channel', 'τ original', 'τ modified', 'benign part'],
          ...found
            .slice(0, shown)
            .map(({ unit, channel, original, modified, benign }) => [
              unit,
              String(channel),
              ...[original, modified, benign].map(figure),
            ]),
        ],
        picture: async () =>
          linePicture([
            panel(
              'τ original (Definition 3.1)',
              found.map(({ original }) => original),
            ),
            panel(
              'τ modified (Appendix F)',
              found.map(({ modified }) => modified),
            ),
          ]),
      }
    },
  })
