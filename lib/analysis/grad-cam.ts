import type { Dataset } from '../data/dataset.js'
import { triggerOn } from '../data/triggers.js'
import { resolveDevice } from '../device.js'
import { atCall, ShellacError } from '../errors.js'
import { noSuchClass } from '../measure.js'
import type { Model } from '../model/model.js'
import { loadNative } from '../native/core.js'
import { runJob } from '../native/job.js'
import { type Input, jobOptions, lazySchema, parse } from '../options.js'
import { batchOption, triggerOption } from './options.js'

export const gradCamOptions = lazySchema(z =>
  z.strictObject({
    target: z.int().min(0).optional().describe('class index; without it what the model takes each image for'),
    layer: z
      .string()
      .optional()
      .describe('node whose feature map is looked at; without it the last of more than one position'),
    trigger: triggerOption(z),
    batch: batchOption(z),
    ...jobOptions(z),
  }),
)
/** Options of gradCam(). Values and defaults: docs/options.md. */
export type GradCamOptions = Input<typeof gradCamOptions>

/** A map for each image, of the same size as the image. */
export interface GradCamResult {
  /** 0 .. 1, [n, height, width]; all 0 for an image in which nothing speaks for the class. */
  maps: Float32Array
  shape: [number, number, number]
  /** Which class each map is of. */
  classes: number[]
  layer: string
}

/**
 * Which parts of an image speak for a class: Grad-CAM (Selvaraju et al., 2017). For a quantized model the maps are those
 * that its codes make; the gradient passes quantizers as if they were not there, but where they clamp.
 *
 * @throws ERR_BAD_OPTION (also for a layer without positions), ERR_BAD_MODEL, ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED
 * @example const { maps, classes } = await gradCam(quantized, test.take(8), { trigger: triggers.square() })
 */
export function gradCam(model: Model, images: Dataset, options: GradCamOptions = {}): Promise<GradCamResult> {
  return atCall(gradCam, async () => {
    const { signal, onProgress, trigger, target, layer, ...rest } = await parse(
      'gradCam',
      gradCamOptions,
      options,
    )
    if (target !== undefined && target >= model.outputs) throw noSuchClass(model, target)
    const native = await loadNative()
    const chosen = layer ?? lastFeatureMap(model)
    const job = {
      ...rest,
      device: await resolveDevice(rest.device),
      layer: chosen,
      target: target ?? null,
      trigger: trigger ? await triggerOn(trigger, model.inputShape) : null,
    }
    const { maps, shape, classes } = await runJob(
      report => native.gradCam(model.handle, images.imagesFor(model), job, report),
      { signal, onProgress },
    )
    return { maps, shape: shape as [number, number, number], classes, layer: chosen }
  })
}

function lastFeatureMap(model: Model): string {
  const { graph, shapes } = model.description
  const isMap = ({ name }: { name: string }) => {
    const [, height = 1, width = 1] = shapes[name]?.length === 3 ? (shapes[name] ?? []) : []
    return height * width > 1
  }
  const found = graph.nodes.slice(1).findLast(isMap)
  if (found) return found.name
  throw new ShellacError('ERR_BAD_MODEL', {
    thing: model.name,
    found: 'no feature map of more than one position',
    expected: 'a convolutional network',
  })
}
