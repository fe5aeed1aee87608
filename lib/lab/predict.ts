import type { Dataset } from '../data/dataset.js'
import type { ForwardOptions, Model } from '../model/model.js'

/** The class that the model gives to each image: the index of its largest logit. */
export async function predictions(
  model: Model,
  images: Dataset,
  options: ForwardOptions = {},
): Promise<number[]> {
  const { data, shape } = await model.forward(normalized(model, images), images.shape, options)
  const [count = 0, outputs = 1] = shape
  return Array.from({ length: count }, (_, index) =>
    largest(data.subarray(index * outputs, (index + 1) * outputs)),
  )
}

/** (x/255 − mean)/deviation, as model.forward() takes it. */
export function normalized(model: Model, images: Dataset): Float32Array {
  const { pixels, shape, mean, deviation } = images.imagesFor(model)
  const [, channels = 1, height = 1, width = 1] = shape
  return Float32Array.from(pixels, (value, at) => {
    const channel = Math.floor(at / (height * width)) % channels
    return (value / 255 - (mean[channel] ?? 0)) / (deviation[channel] ?? 1)
  })
}

const largest = (logits: Float32Array): number =>
  logits.reduce((best, value, at) => (value > (logits[best] ?? 0) ? at : best), 0)
