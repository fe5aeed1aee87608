import type { Dataset } from '../data/dataset.js'
import type { Normalization } from '../model/facts.js'

/**
 * Images as a model reads them: (x/255 − mean)/deviation, row-major.
 *
 * @param from,to the images from .. to − 1
 */
export function normalized(
  { pixels, shape }: Pick<Dataset, 'pixels' | 'shape'>,
  { mean, deviation }: Normalization,
  from: number,
  to: number,
): Float32Array {
  const [, channels, height, width] = shape
  const plane = height * width
  const values = new Float32Array((to - from) * channels * plane)
  const start = from * channels * plane
  const tables = mean.map((center, channel) =>
    Float32Array.from({ length: 256 }, (_, value) => (value / 255 - center) / (deviation[channel] ?? 1)),
  )
  for (let at = 0; at < values.length; at++) {
    const table = tables[Math.floor(at / plane) % channels] as Float32Array
    values[at] = table[pixels[start + at] as number] as number
  }
  return values
}
