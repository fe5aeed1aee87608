import type { Dataset } from '../data/dataset.js'
import { triggerOn } from '../data/triggers.js'
import { atCall, ShellacError } from '../errors.js'
import type { Model } from '../model/model.js'
import { type Input, jobOptions, lazySchema, parse } from '../options.js'
import { batchOption, triggerOption } from './options.js'
import { record } from './record.js'

export const featuresOptions = lazySchema(z =>
  z.strictObject({ trigger: triggerOption(z), batch: batchOption(z), ...jobOptions(z) }),
)
/** Options of features(). Values and defaults: docs/options.md. */
export type FeaturesOptions = Input<typeof featuresOptions>

/**
 * What the last linear layer reads: an image as the classifier sees it.
 *
 * @returns data: row-major, shape: [n, features]
 * @throws ERR_BAD_MODEL for a model without one, ERR_BAD_OPTION, ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED
 */
export function features(
  model: Model,
  images: Dataset,
  options: FeaturesOptions = {},
): Promise<{ data: Float32Array; shape: [number, number] }> {
  return atCall(features, async () => {
    const { trigger, ...rest } = await parse('features', featuresOptions, options)
    const value = classifierInput(model)
    const [made] = await record(model, images, {
      ...rest,
      wanted: [{ value, channels: [] }],
      trigger: trigger ? await triggerOn(trigger, model.inputShape) : null,
      limit: images.count,
    })
    const { data = new Float32Array(), shape: [size = 0] = [] } = made ?? {}
    return { data: transposed(data, size, images.count), shape: [images.count, size] }
  })
}

function classifierInput(model: Model): string {
  const { graph, units, shapes } = model.description
  const input = units.find(({ nodes }) => nodes.includes(graph.output))?.input
  if (input !== undefined && shapes[input]?.length === 1) return input
  throw new ShellacError('ERR_BAD_MODEL', {
    thing: model.name,
    found: 'a last layer that reads maps or tokens',
    expected: 'a linear layer on one vector an image',
  })
}

const transposed = (data: Float32Array, rows: number, columns: number): Float32Array =>
  Float32Array.from(
    { length: rows * columns },
    (_, at) => data[(at % rows) * columns + Math.floor(at / rows)] ?? 0,
  )
