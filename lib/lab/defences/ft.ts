// FT: fine-tuning on benign images.
import { resumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { atCall } from '../../errors.js'
import type { Model } from '../../model/model.js'
import { type Input, lazySchema, parse } from '../../options.js'
import { madeFrom } from '../../provenance.js'
import { runTraining } from '../training.js'
import { tuningOptions } from './tuning.js'

export const ftOptions = lazySchema(z => z.strictObject(tuningOptions(z)))
/** Options of ft(). Values and defaults: docs/options.md. */
export type FtOptions = Input<typeof ftOptions>

/**
 * Trains all layers further with cross-entropy on benign images.
 *
 * Source: the baseline FT of the paper.
 *
 * @param images labelled benign images; the model that is passed in does not change
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function ft(model: Model, images: Dataset, options: FtOptions = {}): Promise<Model> {
  return atCall(ft, async () => {
    const { signal, onProgress, checkpoint, ...settings } = await parse('ft', ftOptions, options)
    const facts = madeFrom(model, images, 'ft', settings)
    const lesson = { objective: { name: 'cross-entropy' } } as const
    return resumable(checkpoint, { signal, onProgress }, control =>
      runTraining(model, images, lesson, settings, facts, control),
    )
  })
}
