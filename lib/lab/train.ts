import { resumable } from '../checkpoint/resumable.js'
import type { Dataset } from '../data/dataset.js'
import { atCall } from '../errors.js'
import type { Model } from '../model/model.js'
import { type Input, lazySchema, parse } from '../options.js'
import { madeFrom } from '../provenance.js'
import { loopOptions, runTraining } from './training.js'

export const trainOptions = lazySchema(z =>
  z.strictObject(
    loopOptions(z, {
      epochs: 10,
      optimizer: 'adam',
      learningRate: 1e-3,
      weightDecay: 1e-4,
      schedule: 'one-cycle',
    }),
  ),
)
/** Options of train(). Values and defaults: docs/options.md. */
export type TrainOptions = Input<typeof trainOptions>

/**
 * Trains a model on labelled images with cross-entropy: a clean model. The model that is passed in does not change.
 *
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 * @example const clean = await train(await createModel('resnet18'), await datasets.cifar10(dir), { crop: 4, flip: true })
 */
export function train(model: Model, images: Dataset, options: TrainOptions = {}): Promise<Model> {
  return atCall(train, async () => {
    const { signal, onProgress, checkpoint, ...settings } = await parse('train', trainOptions, options)
    const facts = madeFrom(model, images, 'train', settings)
    const lesson = { objective: { name: 'cross-entropy' } } as const
    return resumable(checkpoint, { signal, onProgress }, control =>
      runTraining(model, images, lesson, settings, facts, control),
    )
  })
}
