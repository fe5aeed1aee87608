// From counts to a judgement: how far a class stands out by how cheaply it is had.

/** What the search found for one class. */
export interface FoundClass {
  /** Sum of the mask, in pixels. */
  maskArea: number
  /** Stamped images of other classes that the search had not seen. */
  tried: number
  /** Of them, those that each model gives to the class. */
  quantizedHits: number
  fullPrecisionHits: number
}

/** How often the stamp moves the quantized model to the class, less how often it moves the other; −1 .. 1. */
export const gapOf = ({ tried, quantizedHits, fullPrecisionHits }: FoundClass): number =>
  tried > 0 ? (quantizedHits - fullPrecisionHits) / tried : 0

/** Gaps below this count as this: what a few images out of a hundred can do by chance. */
const LEAST_GAP = 0.02
/** A spread below this counts as this: ten classes that happen to lie close together make no outlier of the eleventh. */
const LEAST_SPREAD = 0.25

/** Logarithm of the gap that a pixel of mask buys. */
export const cheapness = (found: FoundClass): number =>
  Math.log(Math.max(gapOf(found), LEAST_GAP)) - Math.log(Math.max(found.maskArea, 1))

/**
 * Robust outlier score of each class: (cheapness − median) / max(1.4826 · MAD, 0.25), where MAD is the median distance
 * from the median in the upper half of the values; times 1.4826 it estimates the standard deviation of a normal distribution.
 * The lower half does not count: classes that cannot be had at all stretch it as far as LEAST_GAP lets them.
 */
export function outlierScores(found: readonly FoundClass[]): number[] {
  const values = found.map(cheapness)
  const middle = median(values)
  const largest = [...values].sort((a, b) => b - a).slice(0, values.length >> 1)
  const deviation = largest.length > 0 ? 1.4826 * median(largest.map(value => value - middle)) : 0
  const spread = Math.max(deviation, LEAST_SPREAD)
  return values.map(value => (value - middle) / spread)
}

/** The middle value, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[half] as number)
    : ((sorted[half - 1] ?? NaN) + (sorted[half] ?? NaN)) / 2
}
