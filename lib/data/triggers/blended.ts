import { random } from '../../random.js'
import { checkFields, textOf } from './fields.js'
import { additive, painted, type Trigger } from './trigger.js'

export interface BlendedOptions {
  /** Share of the pattern in the image, 0 .. 1. Default: 0.2. */
  alpha?: number
  /** Seed of the pattern. Default: 0. */
  seed?: number
}

export const blendedFields = {
  alpha: { min: 0, max: 1 },
  seed: { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true },
}

/**
 * A whole image blended in: x' = (1 − α)·x + α·pattern (Blended; Chen et al., 2017). The pattern is uniform noise that
 * the seed draws, which the source has beside a cartoon: no side file is needed.
 *
 * @throws ERR_BAD_OPTION
 * @example triggers.blended({ alpha: 0.1, seed: 3 })
 */
export function blended(options: BlendedOptions = {}): Trigger {
  const values = checkFields('blended', blendedFields, options)
  const { alpha = 0.2, seed = 0 } = values
  return {
    text: textOf('blended', values),
    on: shape => {
      const source = random(seed)
      return additive(
        shape,
        1 - alpha,
        painted(shape, () => alpha * source.next()),
      )
    },
  }
}
