import type { Progress as RawProgress } from '../../binding.js'

export type { RawProgress }

/** How far a job is. */
export interface Progress {
  /** What is being done: "calibrate", "purify", "train", "measure". */
  stage: string
  /** Name of the unit in work; empty where there is none. */
  name: string
  /** Finished units (epochs in training, images in measuring), 0 .. units. */
  unit: number
  units: number
  /** Finished steps within the unit, 0 .. steps. */
  step: number
  steps: number
  /** null where the work has no loss. */
  loss: number | null
  /** Seconds that the stage still needs at its speed so far; null while nothing can be said. */
  etaSeconds: number | null
}

/** Turns native progress into the facade's: NaN becomes null, and the time left is estimated for each stage. */
export function readable(
  report: (progress: Progress) => void,
  now: () => number = () => performance.now() / 1000,
): (raw: RawProgress) => void {
  let stage: string | undefined
  let since = now()
  return raw => {
    if (raw.stage !== stage) {
      stage = raw.stage
      since = now()
    }
    const loss = Number.isFinite(raw.loss) ? raw.loss : null
    report({ ...raw, loss, etaSeconds: secondsLeft(done(raw), now() - since) })
  }
}

/** Share of the stage that is finished, 0 .. 1. */
export function done({
  unit,
  units,
  step,
  steps,
}: Pick<RawProgress, 'unit' | 'units' | 'step' | 'steps'>): number {
  if (units <= 0) return steps > 0 ? Math.min(1, step / steps) : 0
  return Math.min(1, (unit + (steps > 0 ? step / steps : 0)) / units)
}

function secondsLeft(share: number, elapsed: number): number | null {
  return share > 0 && elapsed > 0 ? (elapsed * (1 - share)) / share : null
}
