import type { ValueDifference } from './compare/first-difference.js'
import type { LogitDifference } from './compare/logits.js'
import type { Runner } from './compare/runner.js'
import type { Dataset } from './data/dataset.js'
import { resolveDevice } from './device.js'
import { atCall } from './errors.js'
import type { Model } from './model/model.js'
import { type Input, jobOptions, lazySchema, parse, type Settings } from './options.js'

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
/** Options of verify(). Values and defaults: docs/options.md. */
export type VerifyOptions = Input<typeof verifyOptions>
export type VerifySettings = Settings<typeof verifyOptions>

/** How far two models are apart. */
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

/**
 * Compares two models logit by logit, on the same images.
 *
 * A model that does not say how it reads images reads them as the other one does.
 *
 * @param a      a model, or onnxRunner(path) for an ONNX file in onnxruntime
 * @param b      the same; the one that should equal a
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
    const { compareModels } = await import('./compare/models.js')
    return compareModels(a, b, images, settings)
  })
}
