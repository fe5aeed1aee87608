import type { Measurement } from '../binding.js'

/** Percent, 0 .. 100. */
export interface Scores {
  /** Benign accuracy: the share of all samples that the model classifies rightly, without a trigger. */
  ba: number
  /**
   * Attack success rate: the share of triggered samples that the model gives to the target class. Samples whose true
   * class is the target are left out: they would count as successes in a model without a backdoor.
   * null where no trigger was given, or where every sample is of the target class.
   */
  asr: number | null
}

export function scores({ samples, correct, triggered, hits }: Measurement): Scores {
  return { ba: percent(correct, samples), asr: triggered > 0 ? percent(hits, triggered) : null }
}

const percent = (part: number, whole: number): number => (100 * part) / whole

/**
 * Defense effectiveness rating in percent, 0 .. 100: ([max(0, ΔASR) − max(0, ΔBA) + 1] / 2), where ΔASR and ΔBA are
 * what the defence takes away, as shares. 100: a backdoor of 100 % ASR is gone at no cost. 50: nothing changed.
 * `undefended` is the model without the defence, such as the nearest-rounded one.
 * Null where an ASR is.
 */
export function der(undefended: Scores, defended: Scores): number | null {
  if (undefended.asr === null || defended.asr === null) return null
  const asrDrop = Math.max(0, undefended.asr - defended.asr)
  const baDrop = Math.max(0, undefended.ba - defended.ba)
  return (asrDrop - baDrop + 100) / 2
}
