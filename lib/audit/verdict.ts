// Thresholds, and what they were set on.
import type { Fingerprints } from './fingerprints.js'
import type { ClassAudit, PairAudit } from './pair.js'

export type Verdict = 'clean' | 'suspicious' | 'backdoored'

/** Score from which a class stands out. */
export const STANDS_OUT = 3
/** The gap that a class that stands out must have for a verdict of "suspicious", and of "backdoored". */
const GAP = { suspicious: 0.25, backdoored: 0.5 }

/** Times that the fullest interval beside a border may hold what the mean one does. */
export const PILE = 3

export interface Judgement {
  verdict: Verdict
  /** The class that stands out most; null where nothing could be searched for. */
  class: number | null
  score: number
}

/** `searches` of `wanted` were run; a class that stands out must do so in all of them. */
export function judge(classes: readonly ClassAudit[], searches: number, wanted: number): Judgement {
  const top = classes.reduce<ClassAudit | null>((a, b) => (a && a.score >= b.score ? a : b), null)
  if (!top) return { verdict: 'clean', class: null, score: 0 }
  const stands = top.score >= STANDS_OUT && searches === wanted
  return { verdict: stands ? byGap(top.gap) : 'clean', class: top.class, score: top.score }
}

const byGap = (gap: number): Verdict =>
  gap >= GAP.backdoored ? 'backdoored' : gap >= GAP.suspicious ? 'suspicious' : 'clean'

/** Share of codes that are not the nearest ones from which a model is not rounded to nearest. */
const OTHERWISE_ROUNDED = 0.01

/**
 * A pile of weights beside the borders of codes is suspicious by itself, where they are rounded to nearest: parked weights
 * do their work in that way alone.
 */
export const withFingerprints = (verdict: Verdict, { borderPile, flipped }: Fingerprints): Verdict =>
  verdict === 'clean' && borderPile && borderPile.ratio >= PILE && flipped < OTHERWISE_ROUNDED
    ? 'suspicious'
    : verdict

/** What the thresholds stand for: the clean models of docs/results/audit.json, each under five presets at 4 bits. */
export interface FalseAlarmRate {
  /** Share of clean models with a score of at least the threshold; 0 .. 1. */
  rate: number
  /** On how many clean models that rests. */
  models: number
  /** With so many models and no more alarms, the rate is below this with 95 % confidence. */
  atMost: number
}

export const FALSE_ALARMS: { threshold: number; falseAlarmRate: FalseAlarmRate } = {
  threshold: STANDS_OUT,
  falseAlarmRate: { rate: 0, models: 8, atMost: 0.31 },
}

/** The judgement in sentences. */
export function evidenceOf(
  quantizer: string,
  pair: PairAudit,
  { borderPile, flipped }: Fingerprints,
): string[] {
  const top = pair.class === null ? undefined : pair.classes[pair.class]
  const share = (value: number) => `${(100 * value).toFixed(0)} %`
  const sentences = top
    ? [
        `rounded by ${quantizer}, class ${top.name ?? top.class} is had with a stamp of ${top.maskArea.toFixed(1)} pixels ` +
          `and a gap of ${share(top.gap)}: score ${top.score.toFixed(1)}, threshold ${STANDS_OUT}`,
      ]
    : [`${quantizer} spoils too many benign images for a search to tell a backdoor from it`]
  if (borderPile && borderPile.ratio >= PILE)
    sentences.push(
      `weights are piled up ${borderPile.distance.toFixed(3)} steps from the border between two codes, ` +
        `${borderPile.ratio.toFixed(1)} times what is usual: PQBackdoor leaves that`,
    )
  if (flipped > 0) sentences.push(`${share(flipped)} of the codes are not the nearest ones`)
  return sentences
}
