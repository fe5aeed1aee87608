import type { Dataset } from '../data/dataset.js'
import { triggerOn } from '../data/triggers.js'
import { atCall } from '../errors.js'
import type { Model } from '../model/model.js'
import { type Input, jobOptions, lazySchema, parse } from '../options.js'
import { type Neuron, placeOf } from './neurons.js'
import { batchOption, neuronsOption, triggerOption } from './options.js'
import { record, rowsOf } from './record.js'

export const preActivationsOptions = lazySchema(z =>
  z.strictObject({
    neurons: neuronsOption(z),
    trigger: triggerOption(z),
    limit: z
      .int()
      .min(1)
      .max(10_000_000)
      .default(4096)
      .describe('at most so many values a neuron, drawn by the seed from the positions of all images'),
    batch: batchOption(z),
    ...jobOptions(z),
  }),
)
/** Options of preActivations(). Values and defaults: docs/options.md. */
export type PreActivationsOptions = Input<typeof preActivationsOptions>

/**
 * What neurons give before the activation function. The seed alone decides at which positions of which images: two
 * models, or the same images with a trigger and without, are looked at in the same places.
 *
 * @returns for each neuron its values
 * @throws ERR_BAD_OPTION (also for a neuron that there is not), ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED
 * @example const [values] = await preActivations(model, test, { neurons: [{ unit: 'conv1', channel: 3 }] })
 */
export function preActivations(
  model: Model,
  images: Dataset,
  options: PreActivationsOptions,
): Promise<Float32Array[]> {
  return atCall(preActivations, async () => {
    const { neurons, trigger, ...rest } = await parse('preActivations', preActivationsOptions, options)
    const wanted = neurons.map((neuron: Neuron) => ({
      value: placeOf(model, neuron).preActivation,
      channels: [neuron.channel],
    }))
    const records = await record(model, images, {
      ...rest,
      wanted,
      trigger: trigger ? await triggerOn(trigger, model.inputShape) : null,
    })
    return records.flatMap(rowsOf)
  })
}
