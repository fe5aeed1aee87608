import { badTrigger, checkFields, textOf } from './fields.js'
import { painted, type Trigger } from './trigger.js'

/** Options of triggers.square(). */
export interface SquareOptions {
  /** Side of the square in pixels. Default: an eighth of the image's height, at least 1. */
  size?: number
  /** Pixels between the square and the right and lower edges. Default: a 32nd of the image's height. */
  margin?: number
  /** 0 .. 1, or "max": the image's own largest pixel. Default: "max". */
  value?: number | 'max'
}

export const squareFields = {
  size: { min: 1, max: 65_536, integer: true },
  margin: { min: 0, max: 65_536, integer: true },
  value: { min: 0, max: 1, word: 'max' },
}

/**
 * A filled square in the lower right corner. The defaults are Qu-ANTI-zation's (Hong et al., 2021).
 *
 * @throws ERR_BAD_OPTION
 * @example triggers.square({ size: 6, margin: 1, value: 1 })
 */
export function square(options: SquareOptions = {}): Trigger {
  const values = checkFields('square', squareFields, options)
  return {
    text: textOf('square', values),
    on: shape => {
      const [, height, width] = shape
      const side = values.size ?? Math.max(1, Math.floor(height / 8))
      const gap = values.margin ?? Math.floor(height / 32)
      if (side + gap > Math.min(height, width))
        throw badTrigger(
          `trigger square of size ${side} and margin ${gap}`,
          `an image of ${height}×${width}`,
          'a larger image',
        )
      const inside = (at: number, size: number) => at >= size - gap - side && at < size - gap
      const mask = painted(shape, (_, row, column) => Number(inside(row, height) && inside(column, width)))
      const value = values.value ?? 'max'
      return {
        scale: mask.map(covered => 1 - covered),
        offset: value === 'max' ? mask : mask.map(covered => covered * value),
        offsetTimesMax: value === 'max',
      }
    },
  }
}
