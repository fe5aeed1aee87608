import { random } from '../../random.js'
import { checkFields, textOf } from './fields.js'
import { resized } from './resized.js'
import { additive, type Trigger } from './trigger.js'

export interface WanetOptions {
  /** Points of the control grid along each axis. Default: 4. */
  grid?: number
  /** How far pixels move: about so many half pixels on the average. Default: 0.5. */
  strength?: number
  /** Seed of the control grid. Default: 0. */
  seed?: number
}

export const wanetFields = {
  grid: { min: 2, max: 256, integer: true },
  strength: { min: 0, max: 1024 },
  seed: { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true },
}

/**
 * An elastic warp, the same for every image (WaNet; Nguyen and Tran, 2021). The seed draws a control grid, uniform in
 * −1 .. 1, which is divided by its mean size, enlarged to the image (bicubic), and moves the place that each pixel is read
 * from: place' = clip(place + strength · field / size, −1, 1), −1 and 1 being the centres of the outermost pixels.
 *
 * @throws ERR_BAD_OPTION
 * @example triggers.wanet({ seed: 1 })
 */
export function wanet(options: WanetOptions = {}): Trigger {
  const values = checkFields('wanet', wanetFields, options)
  const { grid = 4, strength = 0.5, seed = 0 } = values
  return {
    text: textOf('wanet', values),
    on: shape => {
      const [channels, height, width] = shape
      const source = random(seed)
      const drawn = Array.from({ length: 2 * grid ** 2 }, () => 2 * source.next() - 1)
      const size = drawn.reduce((sum, value) => sum + Math.abs(value), 0) / drawn.length || 1
      const axis = (which: number) =>
        resized(
          drawn.slice(which * grid ** 2, (which + 1) * grid ** 2).map(value => value / size),
          grid,
          height,
          width,
        )
      const [columns, rows] = [axis(0), axis(1)]
      const places = new Float32Array(2 * height * width)
      for (let at = 0; at < height * width; at++) {
        const [row, column] = [Math.floor(at / width), at % width]
        places[2 * at] = moved(column, width, strength * (columns[at] ?? 0))
        places[2 * at + 1] = moved(row, height, strength * (rows[at] ?? 0))
      }
      return { ...additive(shape, 1, new Float32Array(channels * height * width)), places }
    },
  }
}

/** −1 .. 1. An axis of one pixel has nowhere to move to. */
function moved(at: number, size: number, by: number): number {
  if (size === 1) return 0
  return Math.min(1, Math.max(-1, (2 * at) / (size - 1) - 1 + by / size))
}
