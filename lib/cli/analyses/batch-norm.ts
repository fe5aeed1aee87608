import { type NormStatistics, normStatistics } from '../../analysis/norm-statistics.js'
import { movingOptions } from '../../analysis/options.js'
import { jobOptions, lazySchema } from '../../options.js'
import { besides, rowChart } from '../../report/page/chart.js'
import { figure } from './analysis.js'
import { onCalibration } from './calibrated.js'

const schema = lazySchema(z =>
  z.strictObject({
    calibration: z.int().min(1).default(256).describe('at most so many images, drawn by the seed'),
    ...movingOptions(z),
    values: z.int().min(1).max(1_000_000).default(4096).describe('at most so many a channel'),
    ...jobOptions(z),
  }),
)

export const batchNorm = () =>
  onCalibration({
    name: 'batch-norm',
    summary: 'the statistics that each BN keeps beside those of the calibration images, before and after PDA',
    source: 'Li et al., ICML 2024, section 4.3 (poisoned distribution approximation)',
    schema,
    run: async (model, images, { calibration, values, ...options }) => {
      const drawn = images.sample(calibration, options.seed)
      const units = await normStatistics(model, drawn, { ...options, limit: values })
      return {
        result: { units },
        table: [
          ['unit', 'distance before', 'after PDA', 'furthest mean', 'furthest variance'],
          ...units.map(unit => [
            unit.unit,
            figure(unit.before),
            figure(unit.after),
            figure(furthest(unit, 'mean')),
            figure(furthest(unit, 'variance')),
          ]),
        ],
        picture: async () => besides([chart(units)]),
      }
    },
  })

/** Of all channels, the largest distance of the calibration images' from the running one. */
const furthest = ({ channels }: NormStatistics, of: 'mean' | 'variance'): number =>
  channels.reduce((most, { given, running }) => Math.max(most, Math.abs(given[of] - running[of])), 0)

const chart = (units: NormStatistics[]) =>
  rowChart({
    ...{ id: 'batch-norm', title: 'Distance from what each BN keeps', about: '', form: 'dots' },
    axis: 'distance of the statistics, as PDA has it',
    names: units.map(({ unit }) => unit),
    series: [
      { name: 'before', values: units.map(({ before }) => before) },
      { name: 'after PDA', values: units.map(({ after }) => after) },
    ],
    logarithmic: true,
  })
