// How two models are compared, logit by logit: the body of verify().
import type { Dataset } from '../data/dataset.js'
import type { Normalization } from '../model/facts.js'
import { Model } from '../model/model.js'
import { paceOf } from '../pace.js'
import type { VerifyResult, VerifySettings } from '../verify.js'
import { firstDifference, type ValueDifference } from './first-difference.js'
import { compareLogits, type Pair, readsOf } from './logits.js'
import { normalized } from './normalized.js'
import { type Runner, shellacRunner } from './runner.js'

const TRACED = 4

export async function compareModels(
  a: Model | Runner,
  b: Model | Runner,
  images: Dataset,
  settings: VerifySettings,
): Promise<VerifyResult> {
  const runners = [a, b].map(one =>
    one instanceof Model ? shellacRunner(one, settings) : one,
  ) as Pair<Runner>
  const reads = readsOf(runners, images)
  const logits = await compareLogits(runners, images, reads, settings)
  const { tolerance } = settings
  const within = logits.largestRelative <= tolerance
  return {
    ...logits,
    equal: within && logits.agreement >= settings.agreement,
    tolerance,
    firstDifference: within ? null : await trace(runners, images, reads, logits.worstImage, settings),
    a: { name: runners[0].name, engine: runners[0].engine },
    b: { name: runners[1].name, engine: runners[1].engine },
  }
}

/** Looks for the first difference on the worst image and a few more. */
async function trace(
  [a, b]: Pair<Runner>,
  images: Dataset,
  reads: Pair<Normalization>,
  worst: number,
  settings: VerifySettings,
): Promise<ValueDifference | null> {
  if (!a.model || !b.model) return null
  const few = [...new Set([worst, 0, 1, 2])].filter(index => index < images.count).slice(0, TRACED)
  const chosen = images.subset(few)
  const pace = paceOf(settings.signal)
  const read = (as: Normalization) => normalized(chosen, as, 0, chosen.count, pace)
  const batch = { a: await read(reads[0]), b: await read(reads[1]), shape: chosen.shape }
  return firstDifference(a.model, b.model, batch, settings.tolerance, model => shellacRunner(model, settings))
}
