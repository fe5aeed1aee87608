import type { Dataset } from '../data/dataset.js'
import type { Normalization } from '../model/facts.js'
import type { Pace } from '../pace.js'

/**
 * Images as a model reads them: (x/255 − mean)/deviation, row-major.
 *
 * @param from,to the images from .. to − 1
 */
export async function normalized(
  { pixels, shape }: Pick<Dataset, 'pixels' | 'shape'>,
  { mean, deviation }: Normalization,
  from: number,
  to: number,
  pace: Pace,
): Promise<Float32Array> {
  const [, channels, height, width] = shape
  const plane = height * width
  const size = channels * plane
  const values = new Float32Array((to - from) * size)
  const tables = mean.map((center, channel) =>
    Float32Array.from({ length: 256 }, (_, value) => (value / 255 - center) / (deviation[channel] ?? 1)),
  )
  for (let image = from; image < to; image++) {
    await pace()
    for (let at = 0; at < size; at++) {
      const table = tables[Math.floor(at / plane)] as Float32Array
      values[(image - from) * size + at] = table[pixels[image * size + at] as number] as number
    }
  }
  return values
}
