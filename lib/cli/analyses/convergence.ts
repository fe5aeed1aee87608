import { jobOptions, lazySchema, quantizerOptions } from '../../options.js'
import { purify } from '../../purify.js'
import { linePicture } from '../../report/lines.js'
import { figure } from './analysis.js'
import { onCalibration } from './calibrated.js'

const schema = lazySchema(z =>
  z.strictObject({
    solver: z
      .enum(['adam-official', 'adam-paper'])
      .default('adam-official')
      .describe('the closed form has no steps to follow'),
    iterations: z
      .int()
      .min(1)
      .max(10_000_000)
      .default(300)
      .describe('steps a unit; 10,000 in the official code'),
    learningRate: z.number().positive().max(10).default(1e-3).describe('of Adam'),
    pda: z.boolean().default(true).describe("move the calibration inputs towards each BN's statistics first"),
    batch: z.int().min(1).max(65_536).default(32).describe('images at once'),
    ...quantizerOptions(z),
    calibration: z.int().min(1).default(128).describe('at most so many images; all are held in memory'),
    ...jobOptions(z),
  }),
)

export const convergence = () =>
  onCalibration({
    name: 'convergence',
    summary: "how the loss of each unit falls while LAC's Adam solvers work on it",
    source: "Li et al., ICML 2024, Eq. 3; the official code's loop, or that of the paper's text",
    schema,
    run: async (model, images, settings) => {
      const { report } = await purify(model, images, settings)
      const units = (report?.units ?? []).map(({ unit, iterations, trace, lossBefore, lossAfter }) => ({
        ...{ unit, iterations, trace, lossBefore, lossAfter },
      }))
      return {
        result: { ...report, units },
        table: [
          ['unit', 'steps', 'loss at first', 'at last', 'last over first'],
          ...units.map(({ unit, iterations, trace: [first = 0, ...rest] }) => {
            const last = rest.at(-1) ?? first
            return [
              unit,
              String(iterations),
              figure(first),
              figure(last),
              figure(first > 0 ? last / first : 1),
            ]
          }),
        ],
        picture: async () =>
          linePicture(
            units.map(({ unit, iterations, trace }) => ({
              title: unit,
              x: 'steps',
              y: "the solver's loss",
              lines: [
                {
                  name: 'loss',
                  points: trace.map((loss, at) => [stepOf(at, trace.length, iterations), loss]),
                },
              ],
            })),
          ),
      }
    },
  })

/** The last step of a span. */
const stepOf = (at: number, spans: number, steps: number): number => Math.round(((at + 1) / spans) * steps)
