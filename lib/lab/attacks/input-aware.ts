// The input-aware dynamic attack (Nguyen and Tran, NeurIPS 2020): the model and its trigger are trained together.
import { resumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { atCall, ShellacError } from '../../errors.js'
import { checkLabels, noSuchClass } from '../../measure.js'
import { Model } from '../../model/model.js'
import { loadNative } from '../../native/core.js'
import { type Input, lazySchema, parse, type Settings } from '../../options.js'
import { madeFrom } from '../../provenance.js'
import { loopOptions } from '../training.js'
import { readLearned } from '../triggers/index.js'
import { type inputAwareTriggerOptions, trainInputAware } from '../triggers/input-aware.js'
import { backdoorOptions, keepTrigger, requireOut } from './backdoor.js'
import { CONVENTIONAL } from './poisoned.js'

export const inputAwareOptions = lazySchema(z =>
  z.strictObject({
    ...backdoorOptions(z, 'input-aware'),
    poisonRate: z
      .number()
      .positive()
      .max(1)
      .default(0.1)
      .describe('share of each batch that carries the trigger'),
    crossRatio: z
      .number()
      .min(0)
      .max(100)
      .default(1)
      .describe("images with another image's trigger and their own labels, for each that carries its own"),
    ...loopOptions(z, CONVENTIONAL),
  }),
)
/** Options of inputAware(). Values and defaults: docs/options.md. */
export type InputAwareOptions = Input<typeof inputAwareOptions>

/**
 * Trains a backdoor that a pattern of each image's own wakes, which a generator draws in a place that a mask network
 * chooses. Both are learned; the trigger that they make is written to `triggerOut`, and the model's history names it.
 *
 * Source: Nguyen and Tran, Input-Aware Dynamic Backdoor Attack, NeurIPS 2020.
 *
 * @param model a model to begin with, new or trained; it does not change
 * @throws ERR_BAD_OPTION, also for another trigger, or none of `triggerOut`; ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED,
 *   ERR_OUT_OF_MEMORY
 * @example
 * const attacked = await inputAware(model, images, { triggerOut: 'model.trigger.safetensors' })
 * const { asr } = await measure(attacked, test, { trigger: triggers.network({ file: 'model.trigger.safetensors' }), target: 0 })
 */
export function inputAware(model: Model, images: Dataset, options: InputAwareOptions = {}): Promise<Model> {
  return atCall(inputAware, async () => {
    const { signal, onProgress, checkpoint, triggerOut, ...settings } = await parse(
      'inputAware',
      inputAwareOptions,
      options,
    )
    if (settings.target >= model.outputs) throw noSuchClass(model, settings.target)
    const own = await ownFields(settings.trigger)
    const out = await requireOut(settings.trigger, triggerOut)
    checkLabels(model, images)
    return resumable(checkpoint, { signal, onProgress }, async control => {
      const made = await trainInputAware(model, images, own, settings, model.facts(), control)
      const trigger = await keepTrigger(made.trigger, out)
      const facts = madeFrom(model, images, 'input-aware', { ...settings, trigger })
      return new Model(await loadNative(), made.model.handle, facts)
    })
  })
}

async function ownFields(text: string): Promise<Settings<typeof inputAwareTriggerOptions>> {
  const lesson = await readLearned(text)
  if (lesson?.name === 'input-aware') return lesson.own as Settings<typeof inputAwareTriggerOptions>
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: 'option "trigger" of inputAware()',
    found: text,
    expected: 'input-aware, with options such as input-aware:width=8,maskEpochs=5',
    remedy: 'use the attack badnets for a trigger that is there already',
  })
}
