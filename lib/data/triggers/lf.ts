import { random } from '../../random.js'
import { checkFields, textOf } from './fields.js'
import { additive, painted, type Trigger } from './trigger.js'

export interface LfOptions {
  /** Largest change of a pixel, 0 .. 1. Default: 0.1. */
  strength?: number
  /** Frequencies of the cosine transform that it has along each axis, from the lowest. Default: 4. */
  frequencies?: number
  /** Seed of the pattern. Default: 0. */
  seed?: number
}

export const lfFields = {
  strength: { min: 0, max: 1 },
  frequencies: { min: 1, max: 64, integer: true },
  seed: { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true },
}

/**
 * A smooth pattern added to every image, made of the lowest frequencies of the cosine transform alone (after LF; Zeng et
 * al., 2021). The source searches its pattern on a trained model; here the seed draws the coefficients, so that no side
 * file is needed.
 *
 * @throws ERR_BAD_OPTION
 * @example triggers.lf({ strength: 0.05, seed: 1 })
 */
export function lf(options: LfOptions = {}): Trigger {
  const values = checkFields('lf', lfFields, options)
  const { strength = 0.1, frequencies = 4, seed = 0 } = values
  return {
    text: textOf('lf', values),
    on: shape => {
      const [channels, height, width] = shape
      const source = random(seed)
      const coefficients = Array.from({ length: channels * frequencies ** 2 }, () => source.normal())
      const wave = (at: number, frequency: number, size: number) =>
        Math.cos((Math.PI * (at + 0.5) * frequency) / size)
      const smooth = painted(shape, (channel, row, column) => {
        let sum = 0
        for (let v = 0; v < frequencies; v++)
          for (let u = 0; u < frequencies; u++)
            sum +=
              (coefficients[(channel * frequencies + v) * frequencies + u] ?? 0) *
              wave(row, v, height) *
              wave(column, u, width)
        return sum
      })
      const largest = smooth.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      return additive(
        shape,
        1,
        smooth.map(value => (strength * value) / (largest || 1)),
      )
    },
  }
}
