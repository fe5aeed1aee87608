// How far two distributions of values are apart. Pure functions.

/** Values outside are counted in the outermost bins. */
export interface Bins {
  low: number
  high: number
  count: number
}

/** The bins that hold all but the outermost thousandth at each end of all values together. */
export function commonBins(sets: readonly Float32Array[], count = 60): Bins {
  const all = new Float32Array(sets.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const values of sets) {
    all.set(values, at)
    at += values.length
  }
  all.sort()
  const rank = (share: number) => all[Math.round(share * (all.length - 1))] ?? 0
  const [low, high] = [rank(0.001), rank(0.999)]
  return high > low ? { low, high, count } : { low: low - 0.5, high: low + 0.5, count }
}

/** How many values are in each bin. */
export function histogram(values: Float32Array, { low, high, count }: Bins): number[] {
  const counts = new Array<number>(count).fill(0)
  for (const value of values) {
    const bin = Math.floor(((value - low) / (high - low)) * count)
    const inside = Math.min(Math.max(bin, 0), count - 1)
    counts[inside] = (counts[inside] ?? 0) + 1
  }
  return counts
}

/**
 * KL(P ‖ Q) in nats, of two histograms with the same bins. Half a value is added to each bin, so that an empty bin of Q
 * does not make it infinite.
 */
export function kullbackLeibler(p: readonly number[], q: readonly number[]): number {
  const total = (counts: readonly number[]) => counts.reduce((sum, value) => sum + value + 0.5, 0)
  const [ofP, ofQ] = [total(p), total(q)]
  return p.reduce((sum, value, bin) => {
    const [inP, inQ] = [(value + 0.5) / ofP, ((q[bin] ?? 0) + 0.5) / ofQ]
    return sum + inP * Math.log(inP / inQ)
  }, 0)
}

/** How far a distribution of values is from a reference. */
export interface Drift {
  /** KL(reference ‖ other), nats, over bins that both have in common. */
  kl: number
  /** Mean of the other less that of the reference; the same for the (unbiased) variance. */
  meanShift: number
  varianceShift: number
}

/** From the reference (full precision) to the other (quantized). */
export function drift(
  reference: Float32Array,
  other: Float32Array,
  bins: Bins = commonBins([reference, other]),
): Drift {
  const [before, after] = [moments(reference), moments(other)]
  return {
    kl: kullbackLeibler(histogram(reference, bins), histogram(other, bins)),
    meanShift: after.mean - before.mean,
    varianceShift: after.variance - before.variance,
  }
}

/** The variance is unbiased, and 0 for a single value. */
export function moments(values: Float32Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, variance: values.length > 1 ? squares / (values.length - 1) : 0 }
}
