import type { TensorData } from '../../binding.js'
import type { Dataset } from '../data/dataset.js'
import { atCall, ShellacError } from '../errors.js'
import type { Model } from '../model/model.js'
import { type Input, jobOptions, lazySchema, parse } from '../options.js'
import { moments } from './drift.js'
import { movedInputs } from './moved-inputs.js'
import { batchOption, movingOptions, valuesOption } from './options.js'

export const normStatisticsOptions = lazySchema(z =>
  z.strictObject({
    units: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('names of units with a BN; every one where left out'),
    ...movingOptions(z),
    limit: valuesOption(z),
    batch: batchOption(z),
    ...jobOptions(z),
  }),
)
/** Options of normStatistics(). Values and defaults: docs/options.md. */
export type NormStatisticsOptions = Input<typeof normStatisticsOptions>

/** Mean and (unbiased) variance; of the running ones, as the BN keeps them. */
export interface Moments {
  mean: number
  variance: number
}

/** Of one channel of what a BN reads. */
export interface ChannelStatistics {
  channel: number
  /** What the BN keeps of what the model was trained on, the backdoor's images among them. */
  running: Moments
  /** Of what the BN reads of the given images. */
  given: Moments
  /** The same after PDA moved what the unit reads. */
  moved: Moments
}

/** Of the BN of one unit. */
export interface NormStatistics {
  /** Name of the unit, that of its conv or linear. */
  unit: string
  /** Distance of all channels' input statistics from the running ones, as PDA lessens it: before and after. */
  before: number
  after: number
  channels: ChannelStatistics[]
}

/**
 * The statistics that each BN keeps beside those of what it reads of benign images, before and after poisoned
 * distribution approximation (Li et al., ICML 2024, section 4.3 and figure 3). Inputs are those of the model as it is; in
 * purify() the units before are corrected already.
 *
 * @param images benign images of the model's input shape; labels are not needed
 * @returns one entry a unit with a BN, in the order of the graph
 * @throws ERR_BAD_MODEL for a model without BN, ERR_BAD_OPTION (also for a unit without one), ERR_BAD_DATA, ERR_DEVICE,
 *   ERR_ABORTED
 * @example const [{ unit, before, after }] = await normStatistics(model, calibration, { pdaBound: 0.01 })
 */
export function normStatistics(
  model: Model,
  images: Dataset,
  options: NormStatisticsOptions = {},
): Promise<NormStatistics[]> {
  return atCall(normStatistics, async () => {
    const { units, ...rest } = await parse('normStatistics', normStatisticsOptions, options)
    const wanted = units ?? unitsWithNorm(model)
    const { tensors } = (await model.content(rest)).spec
    const found: NormStatistics[] = []
    for (const unit of wanted) {
      const { still, moved, before, after } = await movedInputs(model, images, {
        ...rest,
        unit,
        channels: [],
      })
      const running = runningOf(model, unit, tensors)
      const channels = still.map((given, channel) => ({
        channel,
        running: { mean: running.mean[channel] ?? 0, variance: running.variance[channel] ?? 0 },
        given: moments(given),
        moved: moments(moved[channel] ?? new Float32Array()),
      }))
      found.push({ unit, before, after, channels })
    }
    return found
  })
}

function unitsWithNorm({ name, description: { units } }: Model): string[] {
  const found = units.filter(({ batchNorm }) => batchNorm !== null)
  if (found.length > 0) return found.map(unit => unit.name)
  throw new ShellacError('ERR_BAD_MODEL', {
    thing: name,
    found: 'no BN that reads a conv or linear',
    expected: 'a network with BNs, which PDA is about',
  })
}

function runningOf(
  { description: { graph, units } }: Model,
  unit: string,
  tensors: Record<string, TensorData>,
): { mean: Float32Array; variance: Float32Array } {
  const norm = units.find(({ name }) => name === unit)?.batchNorm
  const parameters = graph.nodes.find(({ name }) => name === norm)?.parameters ?? {}
  return {
    mean: floats(tensors[parameters.runningMean ?? '']),
    variance: floats(tensors[parameters.runningVar ?? '']),
  }
}

const floats = (tensor: TensorData | undefined): Float32Array =>
  tensor ? new Float32Array(tensor.data.slice().buffer) : new Float32Array()
