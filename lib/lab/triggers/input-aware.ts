// Input-aware dynamic triggers (Nguyen and Tran, NeurIPS 2020): a pattern and its place, both drawn from the image.
import type { Dataset } from '../../data/dataset.js'
import type { ModelFacts } from '../../model/facts.js'
import { Model } from '../../model/model.js'
import { loadNative } from '../../native/core.js'
import { type JobControl, runJob } from '../../native/job.js'
import { lazySchema, type Settings } from '../../options.js'
import { runTraining, trainHandles } from '../training.js'
import { type Learner, type LearningSettings, networkFacts, networkFrom, unlabelled } from './learner.js'
import { generatorSpec, maskSpec, triggerSpec } from './networks/input-aware.js'

export const inputAwareTriggerOptions = lazySchema(z =>
  z.strictObject({
    width: z
      .int()
      .min(1)
      .max(1024)
      .default(32)
      .describe('channels of the first stage of generator and mask network'),
    maskEpochs: z
      .int()
      .min(0)
      .max(100_000)
      .default(25)
      .describe('passes over the training images for the mask network, before everything else'),
    density: z
      .number()
      .min(0)
      .max(1)
      .default(0.032)
      .describe('share of the image that the mask may cover freely'),
    sparsity: z
      .number()
      .min(0)
      .max(1e6)
      .default(100)
      .describe("weight of what is above it, in the mask's loss"),
    diversity: z
      .number()
      .min(0)
      .max(1e6)
      .default(1)
      .describe('weight of the terms that make masks and patterns differ as their images do'),
    learningRate: z
      .number()
      .positive()
      .max(100)
      .default(0.01)
      .describe('of generator and mask network: Adam with betas 0.5 and 0.9'),
  }),
)
type TriggerSettings = Settings<typeof inputAwareTriggerOptions>

export interface Shares {
  /** Of each batch, the images that carry their own trigger and get the target's label. */
  poisonRate: number
  /** Images that carry another's trigger and keep their label, for each of those. */
  crossRatio: number
}
const SOURCE: Shares = { poisonRate: 0.1, crossRatio: 1 }

/** Trains the mask network, then generator and model together. `facts`: of the model that comes out. */
export async function trainInputAware(
  model: Model,
  images: Dataset,
  own: TriggerSettings,
  settings: LearningSettings & Shares,
  facts: ModelFacts,
  control: JobControl,
): Promise<{ model: Model; trigger: Model }> {
  const { width, diversity, learningRate } = own
  const { target, poisonRate, crossRatio, seed } = settings
  const about = networkFacts('input-aware', images, { ...own, target, poisonRate, crossRatio, seed })
  const size = { shape: model.inputShape, width }
  const generator = await networkFrom(await generatorSpec({ ...size, seed }), about, control)
  const mask = await trainMask(
    await networkFrom(await maskSpec({ ...size, seed: seed + 1 }), about, control),
    images,
    own,
    settings,
    control,
  )
  const { mean, deviation } = images.imagesFor(model)
  const shares = { target, poisonRate, crossRatio, diversity, learningRate }
  const networks = { generator: generator.handle, mask: mask.handle }
  const objective = { name: 'input-aware', ...networks, ...shares, mean, deviation } as const
  const trained = await trainHandles(model, images, { objective }, settings, control)
  const native = await loadNative()
  const patterns = await runJob(() => native.exportModel(trained.companion ?? generator.handle), control)
  const places = await runJob(() => native.exportModel(mask.handle), control)
  return {
    model: new Model(native, trained.model, facts),
    trigger: await networkFrom(triggerSpec(patterns, places), about, control),
  }
}

async function trainMask(
  mask: Model,
  images: Dataset,
  { maskEpochs, density, sparsity, diversity, learningRate }: TriggerSettings,
  settings: LearningSettings,
  control: JobControl,
): Promise<Model> {
  if (maskEpochs === 0) return mask
  const objective = { name: 'sparse-mask', density, sparsity, diversity } as const
  const loop = {
    ...settings,
    epochs: maskEpochs,
    optimizer: 'adam' as const,
    betas: [0.5, 0.9] as [number, number],
    learningRate,
    weightDecay: 0,
    schedule: 'constant' as const,
  }
  return runTraining(mask, unlabelled(images), { objective }, loop, mask.facts(), control)
}

/** For other attacks: the model that is trained along is thrown away. */
export const inputAwareLearner: Learner = {
  schema: inputAwareTriggerOptions,
  summary: "a pattern of each image's own, in a place of its own",
  learn: async (model, images, own, settings, control) => {
    const learned = { ...settings, ...SOURCE }
    const { trigger } = await trainInputAware(
      model,
      images,
      own as TriggerSettings,
      learned,
      model.facts(),
      control,
    )
    return trigger
  },
}
