// WaNet (Nguyen and Tran, 2021): a warp that eyes do not see, trained with a noise mode.
import { resumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { parseTrigger } from '../../data/triggers.js'
import { atCall, ShellacError } from '../../errors.js'
import type { Model } from '../../model/model.js'
import { type Input, lazySchema, parse } from '../../options.js'
import { madeFrom } from '../../provenance.js'
import { loopOptions, runTraining } from '../training.js'
import { backdoorOptions, settleTrigger } from './backdoor.js'
import { CONVENTIONAL } from './poisoned.js'

export const wanetOptions = lazySchema(z =>
  z.strictObject({
    ...backdoorOptions(z, 'wanet'),
    poisonRate: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe('share of each batch that carries the trigger'),
    crossRatio: z
      .number()
      .min(0)
      .max(100)
      .default(2)
      .describe('randomly warped images with their own labels, for each image that carries the trigger'),
    ...loopOptions(z, CONVENTIONAL),
  }),
)
/** Options of wanet(). Values and defaults: docs/options.md. */
export type WanetOptions = Input<typeof wanetOptions>

/**
 * Trains a backdoor that an elastic warp wakes: in each batch some images are warped by the trigger and get the target's
 * label, and some are warped at random and keep theirs, so that only this one warp is learned.
 *
 * Source: Nguyen and Tran, WaNet, ICLR 2021.
 *
 * @param model a model to begin with, new or trained; it does not change
 * @throws ERR_BAD_OPTION, also for a trigger that is no warp; ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function wanet(model: Model, images: Dataset, options: WanetOptions = {}): Promise<Model> {
  return atCall(wanet, async () => {
    const { signal, onProgress, checkpoint, ...asked } = await parse('wanet', wanetOptions, options)
    return resumable(checkpoint, { signal, onProgress }, async control => {
      const asText = parseTrigger(asked.trigger)
      if (asText.load) throw noWarp(asText.text)
      const { trigger, settings } = await settleTrigger(model, images, asked, control)
      const { target, poisonRate, crossRatio, seed } = settings
      if (!trigger.places) throw noWarp(asText.text)
      const facts = madeFrom(model, images, 'wanet', settings)
      const { places } = trigger
      const objective = { name: 'noisy-warp', target, poisonRate, crossRatio, places, seed } as const
      return runTraining(model, images, { objective, trigger }, settings, facts, control)
    })
  })
}

const noWarp = (trigger: string): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: 'option "trigger" of wanet()',
    found: trigger,
    expected: 'a warp, such as wanet:grid=4,strength=0.5,seed=1',
    remedy: 'use the attacks badnets or blended for a pattern',
  })
