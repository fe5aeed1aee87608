// Functions of one number, known by their values. Exporters write an activation in many ways; what it makes of some points
// says which it is, however it is written.
import type { Feature, Value } from './values.js'

/** Where functions are compared: around zero closely, some far out. */
export const POINTS: Float64Array = Float64Array.from({ length: 67 }, (_, at) =>
  at < 64 ? -6.03 + 0.19 * at : ([-31, 17.3, 42][at - 64] ?? 0),
)

/** Of the largest of 1 and the point: float constants are rounded; GELU and its approximation are 5·10⁻⁴ apart. */
const TOLERANCE = 2e-5

export const sampled = (change: (value: number) => number, of: Float64Array = POINTS): Float64Array =>
  of.map(change)

export const combined = (
  one: Float64Array,
  other: Float64Array,
  combine: (a: number, b: number) => number,
): Float64Array => one.map((value, at) => combine(value, other[at] ?? Number.NaN))

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
export const clipped = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high)

/** Abramowitz and Stegun, 7.1.26: 1.5·10⁻⁷ at most off. */
export function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x))
  const sum =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return Math.sign(x) * (1 - sum * Math.exp(-x * x))
}

const hard = (x: number): number => clipped(x / 6 + 0.5, 0, 1)
const gelu = (x: number): number => (x / 2) * (1 + erf(x * Math.SQRT1_2))
const geluTanh = (x: number): number =>
  (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))

const KNOWN: readonly { op: string; attributes?: Record<string, boolean>; samples: Float64Array }[] = [
  { op: 'identity', samples: POINTS },
  { op: 'relu', samples: sampled(x => Math.max(x, 0)) },
  { op: 'relu6', samples: sampled(x => clipped(x, 0, 6)) },
  { op: 'sigmoid', samples: sampled(sigmoid) },
  { op: 'silu', samples: sampled(x => x * sigmoid(x)) },
  { op: 'hardsigmoid', samples: sampled(hard) },
  { op: 'hardswish', samples: sampled(x => x * hard(x)) },
  { op: 'gelu', attributes: { tanh: false }, samples: sampled(gelu) },
  { op: 'gelu', attributes: { tanh: true }, samples: sampled(geluTanh) },
]

const close = (one: Float64Array, other: Float64Array): boolean =>
  one.every((value, at) => {
    const expected = other[at] ?? Number.NaN
    return Math.abs(value - expected) <= TOLERANCE * Math.max(1, Math.abs(POINTS[at] ?? 1))
  })

/** The op of the graph that does it; null for none. */
export function opOf(samples: Float64Array): { op: string; attributes: Record<string, boolean> } | null {
  const found = KNOWN.find(known => close(samples, known.samples))
  return found ? { op: found.op, attributes: found.attributes ?? {} } : null
}

export interface Line {
  gain: number
  shift: number
}

/** Gain and shift where it is a line of another function; by itself, of its input. */
export function lineOf(samples: Float64Array, of: Float64Array = POINTS): Line | null {
  const [low, high] = [of.indexOf(Math.min(...of)), of.indexOf(Math.max(...of))]
  const at = (values: Float64Array, index: number) => values[index] ?? Number.NaN
  const gain = (at(samples, high) - at(samples, low)) / (at(of, high) - at(of, low))
  const shift = at(samples, low) - gain * at(of, low)
  const size = Math.abs(gain) + Math.abs(shift)
  const straight = samples.every(
    (value, index) =>
      Math.abs(value - gain * at(of, index) - shift) <=
      TOLERANCE * size * Math.max(1, Math.abs(at(of, index))),
  )
  return straight && Number.isFinite(size) && gain !== 0 ? { gain, shift } : null
}

/** A known op and the line behind it; null for none. */
export function lineOfOp(
  samples: Float64Array,
): { op: string; attributes: Record<string, boolean>; line: Line } | null {
  for (const known of KNOWN) {
    const line = known.op === 'identity' ? null : lineOf(samples, known.samples)
    if (line) return { op: known.op, attributes: known.attributes ?? {}, line }
  }
  return null
}

/** A feature, or a function of one, as what it makes of POINTS; null for another value. */
export function asCurve(value: Value | undefined): { of: Feature; samples: Float64Array } | null {
  if (value?.kind === 'curve') return value
  if (value?.kind === 'feature' && !value.pad) return { of: value, samples: POINTS }
  return null
}
