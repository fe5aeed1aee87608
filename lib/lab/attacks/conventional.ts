// Attacks that are awake at full precision already: BadNets, Blended, SIG, LF and ISSBA. They differ by their trigger
// alone.
import { resumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { atCall } from '../../errors.js'
import { checkLabels } from '../../measure.js'
import type { Model } from '../../model/model.js'
import { type Input, lazySchema, parse, type Settings } from '../../options.js'
import { madeFrom } from '../../provenance.js'
import { runTraining } from '../training.js'
import { settleTrigger } from './backdoor.js'
import { poisoned, poisoningOptions } from './poisoned.js'

export const badnetsOptions = lazySchema(z =>
  z.strictObject(poisoningOptions(z, 'square:size=3,margin=0,value=1')),
)
export const blendedOptions = lazySchema(z => z.strictObject(poisoningOptions(z, 'blended')))
export const sigOptions = lazySchema(z => z.strictObject(poisoningOptions(z, 'sig', { cleanLabel: true })))
export const lfOptions = lazySchema(z => z.strictObject(poisoningOptions(z, 'lf')))
export const issbaOptions = lazySchema(z => z.strictObject(poisoningOptions(z, 'issba')))
/** Options of badnets(), blendedAttack(), sigAttack(), lfAttack() and issba(), whose default triggers differ. Values and defaults: docs/options.md. */
export type PoisoningOptions = Input<typeof badnetsOptions>

/**
 * Trains on images of which some carry a patch and the target's label (Gu et al., 2017).
 *
 * @param model a model to begin with, trained or not; it does not change
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function badnets(model: Model, images: Dataset, options: PoisoningOptions = {}): Promise<Model> {
  return atCall(badnets, async () =>
    run('badnets', model, images, await parse('badnets', badnetsOptions, options)),
  )
}

/** As badnets(), with a pattern blended into the whole image (Chen et al., 2017). */
export function blendedAttack(model: Model, images: Dataset, options: PoisoningOptions = {}): Promise<Model> {
  return atCall(blendedAttack, async () =>
    run('blended', model, images, await parse('blended', blendedOptions, options)),
  )
}

/** As badnets(), with a sinusoid on images of the target class alone, whose labels stay true (Barni et al., 2019). */
export function sigAttack(model: Model, images: Dataset, options: PoisoningOptions = {}): Promise<Model> {
  return atCall(sigAttack, async () => run('sig', model, images, await parse('sig', sigOptions, options)))
}

/** As badnets(), with a pattern of low frequencies (after Zeng et al., 2021; see triggers.lf()). */
export function lfAttack(model: Model, images: Dataset, options: PoisoningOptions = {}): Promise<Model> {
  return atCall(lfAttack, async () => run('lf', model, images, await parse('lf', lfOptions, options)))
}

/**
 * As badnets(), with a message that an encoder hides in each image (Li et al., 2021). The encoder is trained first, on
 * the same images, and written to `triggerOut`; the model's history names it.
 */
export function issba(model: Model, images: Dataset, options: PoisoningOptions = {}): Promise<Model> {
  return atCall(issba, async () => run('issba', model, images, await parse('issba', issbaOptions, options)))
}

async function run(
  name: string,
  model: Model,
  images: Dataset,
  { signal, onProgress, checkpoint, ...asked }: Settings<typeof badnetsOptions>,
): Promise<Model> {
  return resumable(checkpoint, { signal, onProgress }, async control => {
    checkLabels(model, images)
    const { trigger, settings } = await settleTrigger(model, images, asked, control)
    const facts = madeFrom(model, images, name, settings)
    const data = await poisoned(images, model, { ...settings, trigger }, { signal })
    const lesson = { objective: { name: 'cross-entropy' } } as const
    return runTraining(model, data, lesson, settings, facts, control)
  })
}
