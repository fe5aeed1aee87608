import type { Measurement } from '../binding.js'
import { ShellacError } from './errors.js'

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
  /**
   * Robust accuracy: the share of the same triggered samples that the model still gives to their true class. ASR and RA
   * together are at most 100. null where ASR is.
   */
  ra: number | null
}

export function scores({ samples, correct, triggered, hits, robust }: Measurement): Scores {
  const ofTriggered = (part: number) => (triggered > 0 ? percent(part, triggered) : null)
  return { ba: percent(correct, samples), asr: ofTriggered(hits), ra: ofTriggered(robust) }
}

const percent = (part: number, whole: number): number => (100 * part) / whole

type Rated = Pick<Scores, 'ba' | 'asr'>

/**
 * Defense effectiveness rating in percent, 0 .. 100: ([max(0, ΔASR) − max(0, ΔBA) + 1] / 2), where ΔASR and ΔBA are
 * what the defence takes away, as shares. 100: a backdoor of 100 % ASR is gone at no cost. 50: nothing changed.
 * `undefended` is the model without the defence, such as the nearest-rounded one.
 * Null where an ASR is.
 */
export const der = (undefended: Rated, defended: Rated): number | null => weightedDer(undefended, defended)

/**
 * The DER that weighs ASR against BA (paper, Appendix F): α·max(0, ΔASR) − (1 − α)·max(0, ΔBA) + 1/2, in percent.
 * At α = 1/2 it is the DER. At another α it runs from 100·(α − 1/2) to 100·(α + 1/2), no longer from 0 to 100.
 *
 * @param weight α, 0 (only BA counts) .. 1 (only ASR counts)
 * @throws ERR_BAD_OPTION for another weight
 */
export function weightedDer(undefended: Rated, defended: Rated, weight = 0.5): number | null {
  if (!(weight >= 0 && weight <= 1)) {
    throw new ShellacError('ERR_BAD_OPTION', {
      thing: 'weight of weightedDer()',
      found: String(weight),
      expected: '0 (only BA counts) to 1 (only ASR counts)',
    })
  }
  if (undefended.asr === null || defended.asr === null) return null
  const asrDrop = Math.max(0, undefended.asr - defended.asr)
  const baDrop = Math.max(0, undefended.ba - defended.ba)
  return weight * asrDrop - (1 - weight) * baDrop + 50
}

/** Of the same figure over several seeds. */
export interface Spread {
  mean: number
  /** Of the sample (n − 1); null for a single value. */
  deviation: number | null
  count: number
}

/** Mean and sample deviation; nulls are left out. Null where nothing is left. */
export function spread(values: readonly (number | null)[]): Spread | null {
  const known = values.filter(value => value !== null)
  const count = known.length
  if (count === 0) return null
  const mean = known.reduce((sum, value) => sum + value, 0) / count
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : null, count }
}
