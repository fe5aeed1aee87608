import { checkFields, textOf } from './fields.js'
import { additive, painted, type Trigger } from './trigger.js'

export interface SigOptions {
  /** Amplitude, 0 .. 255. Default: 40. */
  delta?: number
  /** Periods over the image's width. Default: 6. */
  frequency?: number
}

export const sigFields = { delta: { min: 0, max: 255 }, frequency: { min: 0, max: 65_536 } }

/**
 * A sinusoid over the columns: x' = x + δ/255·sin(2πjf/width), j the column from 0 (SIG; Barni et al., 2019).
 *
 * @throws ERR_BAD_OPTION
 * @example triggers.sig({ delta: 20 })
 */
export function sig(options: SigOptions = {}): Trigger {
  const values = checkFields('sig', sigFields, options)
  const { delta = 40, frequency = 6 } = values
  return {
    text: textOf('sig', values),
    on: shape => {
      const wave = (column: number) => (delta / 255) * Math.sin((2 * Math.PI * column * frequency) / shape[2])
      return additive(
        shape,
        1,
        painted(shape, (_channel, _row, column) => wave(column)),
      )
    },
  }
}
