// The trigger of ISSBA (Li et al., ICCV 2021): a message that an encoder hides in the image, after StegaStamp (Tancik et
// al., CVPR 2020). The encoder is trained here, on the images that are to be poisoned.
import type { Dataset } from '../../data/dataset.js'
import type { Model } from '../../model/model.js'
import { loadNative } from '../../native/core.js'
import { type JobControl, runJob } from '../../native/job.js'
import { lazySchema, type Settings } from '../../options.js'
import { random } from '../../random.js'
import { type LoopSettings, runTraining } from '../training.js'
import { type Learner, type LearningSettings, networkFacts, networkFrom, unlabelled } from './learner.js'
import { hidingSpec, messageSpec, RESIDUAL, readingSpec } from './networks/issba.js'

export const issbaTriggerOptions = lazySchema(z =>
  z.strictObject({
    bits: z.int().min(1).max(1024).default(20).describe('of the message'),
    width: z
      .int()
      .min(1)
      .max(1024)
      .default(32)
      .describe('channels of the first stage of encoder and decoder'),
    strength: z.number().positive().max(1).default(0.1).describe('largest change of a pixel, 0 .. 1'),
    weight: z
      .number()
      .min(0)
      .max(1e6)
      .default(20)
      .describe('of the mean square of the change, beside the cross-entropy of the bits'),
    epochs: z.int().min(1).max(100_000).default(20).describe('passes over the training images'),
    learningRate: z.number().positive().max(100).default(1e-3).describe('of Adam'),
  }),
)
type TriggerSettings = Settings<typeof issbaTriggerOptions>

export interface HiddenMessage {
  /** From images of 0 .. 1 to the same images with the message in them, flattened. */
  trigger: Model
  /** From images to the logits of the message's bits. */
  reader: Model
  /** −1 and 1, drawn by the seed. */
  message: number[]
}

export async function hideMessage(
  images: Dataset,
  own: TriggerSettings,
  settings: Pick<LearningSettings, 'seed' | 'batch' | 'crop' | 'flip' | 'device' | 'threads'>,
  control: JobControl,
): Promise<HiddenMessage> {
  const { bits, width, strength, weight, epochs, learningRate } = own
  const { seed } = settings
  const facts = networkFacts('issba', images, { ...own, seed })
  const [, ...shape] = images.shape
  const fresh = await networkFrom(await messageSpec({ shape, bits, width, strength, seed }), facts, control)
  const loop: LoopSettings = {
    ...settings,
    epochs,
    optimizer: 'adam',
    learningRate,
    momentum: 0,
    weightDecay: 0,
    schedule: 'constant',
    milestones: [],
  }
  const objective = { name: 'steganography', residual: RESIDUAL, weight, seed } as const
  const trained = await runTraining(fresh, unlabelled(images), { objective }, loop, facts, control)
  const source = random(seed)
  const message = Array.from({ length: bits }, () => 2 * source.below(2) - 1)
  const native = await loadNative()
  const spec = await runJob(() => native.exportModel(trained.handle), control)
  return {
    trigger: await networkFrom(hidingSpec(spec, message), facts, control),
    reader: await networkFrom(readingSpec(spec), facts, control),
    message,
  }
}

export const issbaLearner: Learner = {
  schema: issbaTriggerOptions,
  summary: 'a message that an encoder hides in each image',
  learn: async (_model, images, own, settings, control) => {
    const { trigger } = await hideMessage(images, own as TriggerSettings, settings, control)
    return trigger
  },
}
