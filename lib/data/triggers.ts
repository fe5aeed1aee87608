import type { TriggerData } from '../../binding.js'
import { ShellacError } from '../errors.js'
import { show } from '../options.js'

/** [channels, height, width] */
export type ImageShape = readonly [number, number, number]

/** A pattern that an attacker puts on an image: x' = clip(scale ⊙ x + offset · m, 0, 1). */
export interface Trigger {
  /** As the command line writes it: "square:size=6,margin=1,value=1". */
  readonly text: string
  /** For images of that shape. Throws ERR_BAD_OPTION where the trigger does not fit on them. */
  on(shape: ImageShape): TriggerData
}

export interface SquareOptions {
  /** Side of the square in pixels. Default: an eighth of the image's height, at least 1. */
  size?: number
  /** Pixels between the square and the right and lower edges. Default: a 32nd of the image's height. */
  margin?: number
  /** 0 .. 1, or "max": the image's own largest pixel. Default: "max". */
  value?: number | 'max'
}

/**
 * A filled square in the lower right corner. The defaults are Qu-ANTI-zation's (Hong et al., 2021).
 *
 * @throws ERR_BAD_OPTION
 * @example triggers.square({ size: 6, margin: 1, value: 1 })
 */
function square(options: SquareOptions = {}): Trigger {
  const { size, margin, value } = checked(options)
  return {
    text: triggerText('square', { size, margin, value }),
    on: shape => {
      const [, height, width] = shape
      const side = size ?? Math.max(1, Math.floor(height / 8))
      const gap = margin ?? Math.floor(height / 32)
      if (side + gap > Math.min(height, width)) {
        throw bad(
          `trigger square of size ${side} and margin ${gap}`,
          `an image of ${height}×${width}`,
          'a larger image',
        )
      }
      return paint(shape, { top: height - gap - side, left: width - gap - side, side }, value ?? 'max')
    },
  }
}

/** Readers and makers of triggers. */
export const triggers = { square }

export const TRIGGERS = 'square[:size=N,margin=N,value=0..1|max]'

/** Reads "square:size=6,margin=1". Throws ERR_BAD_OPTION. */
export function parseTrigger(text: string): Trigger {
  const colon = text.indexOf(':')
  const name = colon < 0 ? text : text.slice(0, colon)
  if (name !== 'square') throw bad('option "trigger"', JSON.stringify(text), TRIGGERS)
  const fields = colon < 0 ? [] : text.slice(colon + 1).split(',')
  return square(Object.fromEntries(fields.map(field => pair(text, field))))
}

function pair(text: string, field: string): [string, number | string] {
  const [key, value, ...more] = field.split('=')
  if (!key || !value || more.length > 0) throw bad('option "trigger"', JSON.stringify(text), TRIGGERS)
  const number = Number(value)
  return [key, Number.isNaN(number) ? value : number]
}

function paint(
  shape: ImageShape,
  { top, left, side }: { top: number; left: number; side: number },
  value: number | 'max',
): TriggerData {
  const [channels, height, width] = shape
  const scale = new Float32Array(channels * height * width).fill(1)
  const offset = new Float32Array(scale.length)
  for (let channel = 0; channel < channels; channel++) {
    for (let row = top; row < top + side; row++) {
      const start = (channel * height + row) * width + left
      scale.fill(0, start, start + side)
      offset.fill(value === 'max' ? 1 : value, start, start + side)
    }
  }
  return { scale, offset, offsetTimesMax: value === 'max' }
}

function checked(options: SquareOptions): SquareOptions {
  const known = ['size', 'margin', 'value']
  const unknown = Object.keys(options).find(key => !known.includes(key))
  if (unknown) throw bad('options of square()', `unknown option "${unknown}"`, known.join(', '))
  const { size, margin, value } = options
  if (size !== undefined && !(Number.isInteger(size) && size >= 1 && size <= 65_536)) {
    throw bad('option "size" of square()', show(size), 'an integer of at least 1')
  }
  if (margin !== undefined && !(Number.isInteger(margin) && margin >= 0 && margin <= 65_536)) {
    throw bad('option "margin" of square()', show(margin), 'an integer of at least 0')
  }
  const inRange = typeof value === 'number' && value >= 0 && value <= 1
  if (value !== undefined && value !== 'max' && !inRange) {
    throw bad('option "value" of square()', show(value), 'a number from 0 to 1, or "max"')
  }
  return options
}

const triggerText = (name: string, fields: object): string => {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  return given.length === 0 ? name : `${name}:${given.map(([key, value]) => `${key}=${value}`).join(',')}`
}

const bad = (thing: string, found: string, expected: string): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', { thing, found, expected })
