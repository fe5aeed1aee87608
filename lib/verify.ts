import { firstDifference, type ValueDifference } from './compare/first-difference.js'
import { compareLogits, type LogitDifference, type Pair, readsOf } from './compare/logits.js'
import { normalized } from './compare/normalized.js'
import { type Runner, shellacRunner } from './compare/runner.js'
import type { Dataset } from './data/dataset.js'
import { resolveDevice } from './device.js'
import { atCall } from './errors.js'
import type { Normalization } from './model/facts.js'
import { Model } from './model/model.js'
import { type Input, jobOptions, lazySchema, parse, type Settings } from './options.js'
import { paceOf } from './pace.js'

export const verifyOptions = lazySchema(z =>
  z.strictObject({
    tolerance: z
      .number()
      .min(0)
      .default(1e-4)
      .describe('largest relative difference: |a − b| of a logit over the largest |logit| of the same image'),
    agreement: z
      .number()
      .min(0)
      .max(100)
      .default(0)
      .describe('percent of images whose top-1 must be equal, beside the tolerance'),
    batch: z.int().min(1).max(65_536).default(128).describe('images at once'),
    ...jobOptions(z),
  }),
)
export type VerifyOptions = Input<typeof verifyOptions>

export interface VerifyResult extends LogitDifference {
  /** Whether the largest relative difference is within the tolerance, and the agreement is what was asked for. */
  equal: boolean
  tolerance: number
  /**
   * The first value (layer) that differs by more than the tolerance. null where nothing does, where the graphs share no
   * names, or where an engine shows only logits.
   */
  firstDifference: ValueDifference | null
  a: { name: string; engine: string }
  b: { name: string; engine: string }
}

const TRACED = 4

/**
 * Compares two models logit by logit, on the same images.
 *
 * A model that does not say how it reads images reads them as the other one does.
 *
 * @param a,b    models, or onnxRunner(path) for an ONNX file in onnxruntime; a is the one that b should equal
 * @param images of the models' input shape; labels are not needed
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_BAD_MODEL (another number of logits, or none that are finite), ERR_DEVICE,
 *   ERR_ABORTED
 * @example const { equal, agreement, firstDifference } = await verify(model, await loadModel('m.safetensors'), images)
 */
export function verify(
  a: Model | Runner,
  b: Model | Runner,
  images: Dataset,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  return atCall(verify, async () => {
    const parsed = await parse('verify', verifyOptions, options)
    const settings = { ...parsed, device: await resolveDevice(parsed.device) }
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
  })
}

/** Looks for the first difference on the worst image and a few more. */
async function trace(
  [a, b]: Pair<Runner>,
  images: Dataset,
  reads: Pair<Normalization>,
  worst: number,
  settings: Settings<typeof verifyOptions>,
): Promise<ValueDifference | null> {
  if (!a.model || !b.model) return null
  const few = [...new Set([worst, 0, 1, 2])].filter(index => index < images.count).slice(0, TRACED)
  const chosen = images.subset(few)
  const pace = paceOf(settings.signal)
  const read = (as: Normalization) => normalized(chosen, as, 0, chosen.count, pace)
  const batch = { a: await read(reads[0]), b: await read(reads[1]), shape: chosen.shape }
  return firstDifference(a.model, b.model, batch, settings.tolerance, model => shellacRunner(model, settings))
}
