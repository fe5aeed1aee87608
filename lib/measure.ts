import type { Measurement, Native, OnProgress, TriggerData } from '../binding.js'
import type { Dataset } from './data/dataset.js'
import { type Trigger, triggerOn } from './data/triggers.js'
import { resolveDevice } from './device.js'
import { atCall, ShellacError } from './errors.js'
import { der, type Scores, scores } from './metrics.js'
import { Model } from './model/model.js'
import { loadNative } from './native/core.js'
import { runJob } from './native/job.js'
import { CODE_ONLY, type Input, jobOptions, lazySchema, parse, type Settings } from './options.js'

export const measureOptions = lazySchema(z =>
  z.strictObject({
    trigger: z
      .custom<Trigger>(value => typeof (value as Trigger | null)?.on === 'function', { error: 'a trigger' })
      .optional()
      .meta({ ...CODE_ONLY, description: 'of triggers; without it only BA is measured' }),
    target: z.int().min(0).optional().describe('class index that the trigger should lead to'),
    reference: z
      .custom<Model>(value => value instanceof Model, { error: 'a Model' })
      .optional()
      .meta({ ...CODE_ONLY, description: 'the undefended model, measured too; gives DER' }),
    batch: z.int().min(1).max(65_536).default(128).describe('images at once'),
    ...jobOptions(z),
  }),
)
/** Options of measure(). Values and defaults: docs/options.md. */
export type MeasureOptions = Input<typeof measureOptions>

/** Percent and counts. */
export interface MeasureResult extends Scores {
  /** Images that BA was measured on. */
  samples: number
  /** Images that ASR and RA were measured on: those whose class is not the target. 0 without a trigger. */
  triggered: number
  /** With a reference only: its scores, and the DER of this model against it. */
  reference?: Scores
  der?: number | null
}

/**
 * Benign accuracy (BA), attack success rate (ASR) and robust accuracy (RA) of a model, in percent.
 *
 * @param images labelled images of the model's input shape, from test data
 * @param options trigger and target together, for ASR and RA; reference, for DER
 * @throws ERR_BAD_OPTION (also for a target that is no class), ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED
 * @example const { ba, asr } = await measure(model, test, { trigger: triggers.square({ size: 6 }), target: 0 })
 */
export function measure(model: Model, images: Dataset, options: MeasureOptions = {}): Promise<MeasureResult> {
  return atCall(measure, async () => {
    const settings = await parse('measure', measureOptions, options)
    checkTarget(model, settings)
    checkLabels(model, images)
    const native = await loadNative()
    const device = await resolveDevice(settings.device)
    const trigger = settings.trigger ? await triggerOn(settings.trigger, model.inputShape) : null
    const count = (which: Model) =>
      runJob(start(native, which, images, { ...settings, trigger, device }), settings)
    const own = await count(model)
    const result = { ...scores(own), samples: own.samples, triggered: own.triggered }
    if (!settings.reference) return result
    checkLabels(settings.reference, images)
    const reference = scores(await count(settings.reference))
    return { ...result, reference, der: der(reference, result) }
  })
}

type Trial = Omit<Settings<typeof measureOptions>, 'trigger'> & { trigger: TriggerData | null }

const start =
  (native: Native, model: Model, images: Dataset, settings: Trial) =>
  (report: OnProgress): { promise: Promise<Measurement>; abort(): void } => {
    const { trigger, target, batch, seed, threads, device } = settings
    const job = {
      trigger,
      target: target ?? -1,
      batch,
      seed,
      threads,
      device,
    }
    return native.measure(model.handle, images.imagesFor(model), job, report)
  }

function checkTarget(model: Model, { trigger, target }: Settings<typeof measureOptions>): void {
  if ((trigger === undefined) !== (target === undefined)) {
    throw new ShellacError('ERR_BAD_OPTION', {
      thing: `option "${trigger ? 'target' : 'trigger'}" of measure()`,
      found: 'nothing',
      expected: 'trigger and target together',
    })
  }
  if (target !== undefined && target >= model.outputs) throw noSuchClass(model, target)
}

/** @internal */
export const noSuchClass = (model: Model, target: number): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: 'option "target"',
    found: `class ${target}`,
    expected: `0 to ${model.outputs - 1}, a class of ${model.name}`,
  })

/** @internal Labels that are there and are classes of the model. */
export function checkLabels(model: Model, { name, labels, classes }: Dataset): void {
  const wrong = labels?.find(label => label >= model.outputs)
  if (labels && wrong === undefined) return
  throw new ShellacError('ERR_BAD_DATA', {
    thing: `labels of ${name}`,
    found: wrong === undefined ? 'none' : `class ${wrong} of ${classes.length}`,
    expected: `0 to ${model.outputs - 1}, the classes of ${model.name}`,
    remedy: 'take the dataset that the model was trained for',
  })
}
