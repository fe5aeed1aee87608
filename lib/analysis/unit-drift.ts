import type { Dataset } from '../data/dataset.js'
import { triggerOn } from '../data/triggers.js'
import { atCall, ShellacError } from '../errors.js'
import type { Model } from '../model/model.js'
import { type Input, jobOptions, lazySchema, parse } from '../options.js'
import { commonBins, type Drift, drift } from './drift.js'
import { batchOption, triggerOption } from './options.js'
import { record, rowsOf } from './record.js'

export const unitDriftOptions = lazySchema(z =>
  z.strictObject({
    trigger: triggerOption(z),
    limit: z
      .int()
      .min(1)
      .max(10_000_000)
      .default(1024)
      .describe('at most so many values a neuron, drawn by the seed; the same places in both models'),
    bins: z.int().min(4).max(500).default(60).describe('of the histograms that KL compares'),
    batch: batchOption(z),
    ...jobOptions(z),
  }),
)
/** Options of unitDrift(). Values and defaults: docs/options.md. */
export type UnitDriftOptions = Input<typeof unitDriftOptions>

/** Drift of one channel of a unit. */
export interface NeuronDrift extends Drift {
  channel: number
}

/** Drift of a unit: means over its neurons, of the shifts of their absolute values. */
export interface UnitDrift extends Drift {
  unit: string
  /** In the order of the channels. */
  neurons: NeuronDrift[]
}

/**
 * How far what each unit gives before its activation function is from the full-precision model's: the divergence between
 * the distributions of its neurons (Li et al., ICML 2024, figures 1 and 5), and what their mean and variance gained. Each
 * model reads its own values, so that drift adds up from unit to unit.
 *
 * @param reference the full-precision model
 * @param other     the quantized one; units of the same names and channels
 * @param images    of the models' input shape; labels are not needed
 * @returns every unit that both have, in the order of the graph, the one that makes the logits last
 * @throws ERR_BAD_MODEL where a unit of the reference is missing in the other, ERR_BAD_OPTION, ERR_BAD_DATA, ERR_DEVICE,
 *   ERR_ABORTED
 * @example const units = await unitDrift(model, quantized, test.take(256))
 */
export function unitDrift(
  reference: Model,
  other: Model,
  images: Dataset,
  options: UnitDriftOptions = {},
): Promise<UnitDrift[]> {
  return atCall(unitDrift, async () => {
    const { trigger, bins, ...rest } = await parse('unitDrift', unitDriftOptions, options)
    const looked = { ...rest, trigger: trigger ? await triggerOn(trigger, reference.inputShape) : null }
    const places = sharedPlaces(reference, other)
    const [before, after] = [
      await record(reference, images, { ...looked, wanted: places.map(({ wanted }) => wanted[0]) }),
      await record(other, images, { ...looked, wanted: places.map(({ wanted }) => wanted[1]) }),
    ]
    return places.map(({ unit }, at) => {
      const own = rowsOf(before[at] ?? NOTHING)
      const others = rowsOf(after[at] ?? NOTHING)
      return ofUnit(
        unit,
        own.map((values, channel) => {
          const beside = others[channel] ?? new Float32Array()
          return { channel, ...drift(values, beside, commonBins([values, beside], bins)) }
        }),
      )
    })
  })
}

const NOTHING = { data: new Float32Array(), shape: [0, 0] }

/** By unit, the value that each model is asked for. */
function sharedPlaces(reference: Model, other: Model) {
  const theirs = new Map(preActivationsOf(other).map(place => [place.unit, place]))
  return preActivationsOf(reference).map(({ unit, value, shape }) => {
    const their = theirs.get(unit)
    if (their?.shape.join() !== shape.join()) {
      throw new ShellacError('ERR_BAD_MODEL', {
        thing: other.name,
        found: their ? `unit ${unit} of shape [${their.shape}]` : `no unit ${unit}`,
        expected: `the units of ${reference.name}, that of shape [${shape}] among them`,
        remedy: 'compare a model with one that was quantized from it',
      })
    }
    const wanted = (name: string) => ({ value: name, channels: [] })
    return { unit, wanted: [wanted(value), wanted(their.value)] as const }
  })
}

const preActivationsOf = ({ description: { units, shapes } }: Model) =>
  units.map(({ name, batchNorm }) => ({ unit: name, value: batchNorm ?? name, shape: shapes[name] ?? [] }))

function ofUnit(unit: string, neurons: NeuronDrift[]): UnitDrift {
  const mean = (of: (neuron: NeuronDrift) => number) =>
    neurons.reduce((sum, neuron) => sum + of(neuron), 0) / (neurons.length || 1)
  return {
    unit,
    kl: mean(({ kl }) => kl),
    meanShift: mean(({ meanShift }) => Math.abs(meanShift)),
    varianceShift: mean(({ varianceShift }) => Math.abs(varianceShift)),
    neurons,
  }
}
