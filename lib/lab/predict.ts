import { normalized } from '../compare/normalized.js'
import type { Dataset } from '../data/dataset.js'
import type { ForwardOptions, Model } from '../model/model.js'
import { paceOf } from '../pace.js'

/** The class that the model gives to each image: the index of its largest logit. */
export async function predictions(
  model: Model,
  images: Dataset,
  options: ForwardOptions = {},
): Promise<number[]> {
  const { data, shape } = await model.forward(
    await asRead(model, images, options.signal),
    images.shape,
    options,
  )
  const [count = 0, outputs = 1] = shape
  return Array.from({ length: count }, (_, index) =>
    largest(data.subarray(index * outputs, (index + 1) * outputs)),
  )
}

/** The images as model.forward() takes them. */
export const asRead = (
  model: Model,
  images: Dataset,
  signal?: AbortSignal | undefined,
): Promise<Float32Array> => normalized(images, images.imagesFor(model), 0, images.count, paceOf(signal))

const largest = (logits: Float32Array): number =>
  logits.reduce((best, value, at) => (value > (logits[best] ?? 0) ? at : best), 0)
