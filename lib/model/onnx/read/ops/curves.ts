// Functions of each number by itself, and the arithmetic that exporters write them with.
import type { Call, Lower } from '../call.js'
import { asCurve, clipped, combined, erf, POINTS, sampled, sigmoid } from '../curve.js'
import type { Curve, Value } from '../values.js'

const curve = (call: Call, of: Curve['of'], samples: Float64Array): Curve => ({
  kind: 'curve',
  of,
  samples,
  node: call.node,
})

/** A function of one input, for as long as it is part of a larger one. */
export const unary =
  (change: (call: Call) => (value: number) => number): Lower =>
  call => {
    const input = asCurve(call.inputs[0]) ?? { of: call.feature(0), samples: POINTS }
    return curve(call, input.of, sampled(change(call), input.samples))
  }

export const hardSigmoid: Lower = unary(({ attributes }) => {
  const [alpha, beta] = [attributes.number('alpha', 0.2), attributes.number('beta', 0.5)]
  return x => clipped(alpha * x + beta, 0, 1)
})

export const erfOf: Lower = unary(() => erf)
export const tanhOf: Lower = unary(() => Math.tanh)
export const sigmoidOf: Lower = unary(() => sigmoid)

/** Of a function that is not finished; null where the op stands for itself. */
export const within = (call: Call, change: (value: number) => number): Value | null => {
  const [input] = call.inputs
  return input?.kind === 'curve' ? curve(call, input.of, sampled(change, input.samples)) : null
}

/** Two functions of one feature, or one and a number; null for other inputs. */
export function curveArithmetic(call: Call, combine: (a: number, b: number) => number): Value | null {
  const [one, other] = [asCurve(call.inputs[0]), asCurve(call.inputs[1])]
  if (one && other) {
    const parts = [call.inputs[0]?.kind, call.inputs[1]?.kind]
    const together = one.of.node === other.of.node && one.of.layout === other.of.layout
    if (!together || (!parts.includes('curve') && combine(3, 5) === 8)) return null
    return curve(call, one.of, combined(one.samples, other.samples, combine))
  }
  const right = one && call.number(1)
  if (one && right !== null)
    return curve(
      call,
      one.of,
      sampled(x => combine(x, right), one.samples),
    )
  const left = other && call.number(0)
  if (other && left !== null)
    return curve(
      call,
      other.of,
      sampled(x => combine(left, x), other.samples),
    )
  return null
}

/** x², x³: of a function that is not finished or of a feature. */
export function powerOf(call: Call): Value | null {
  const input = asCurve(call.inputs[0])
  const exponent = call.number(1)
  if (!input || exponent === null) return null
  return curve(
    call,
    input.of,
    sampled(x => x ** exponent, input.samples),
  )
}
