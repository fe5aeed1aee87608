// What plain training and the attacks share: the options of the loop, and how a job of it is started.
import type { ModelHandle, TrainOptions as NativeOptions } from '../../binding.js'
import { runResumable } from '../checkpoint/resumable.js'
import type { Dataset } from '../data/dataset.js'
import { resolveDevice } from '../device.js'
import { checkLabels } from '../measure.js'
import type { ModelFacts } from '../model/facts.js'
import { Model } from '../model/model.js'
import { checkFullPrecision } from '../model/quantized.js'
import { loadNative } from '../native/core.js'
import type { JobControl } from '../native/job.js'
import { checkpointOption, jobOptions, type Z } from '../options.js'

export interface LoopDefaults {
  epochs: number
  optimizer: 'sgd' | 'adam'
  learningRate: number
  weightDecay: number
  momentum?: number
  schedule: NativeOptions['schedule']
  milestones?: number[]
}

export const loopOptions = (z: Z, defaults: LoopDefaults) => ({
  epochs: z.int().min(1).max(100_000).default(defaults.epochs).describe('passes over the training images'),
  batch: z.int().min(1).max(65_536).default(128).describe('images a step'),
  optimizer: z.enum(['sgd', 'adam']).default(defaults.optimizer).describe('optimizer'),
  learningRate: z
    .number()
    .positive()
    .max(100)
    .default(defaults.learningRate)
    .describe('(highest) learning rate'),
  momentum: z
    .number()
    .min(0)
    .max(1)
    .default(defaults.momentum ?? 0.9)
    .describe('of sgd'),
  weightDecay: z.number().min(0).max(10).default(defaults.weightDecay).describe('weight decay'),
  schedule: z
    .enum(['constant', 'cosine', 'one-cycle', 'multi-step'])
    .default(defaults.schedule)
    .describe('of the learning rate'),
  milestones: z
    .array(z.number().min(0).max(1))
    .max(64)
    .default(defaults.milestones ?? [0.5, 0.75])
    .describe('of multi-step: after which shares of all steps the rate falls to a tenth'),
  crop: z.int().min(0).max(1024).default(0).describe('random crop after padding by so many pixels; 0: none'),
  flip: z.boolean().default(false).describe('mirror half of the images'),
  ...checkpointOption(z),
  ...jobOptions(z),
})

/** What the loop is told beside its own options; without a trigger the objective sees clean images alone. */
export interface Lesson {
  objective: NativeOptions['objective']
  trigger?: NativeOptions['trigger']
  /** Radius of sharpness-aware minimization. */
  sharpness?: number
}

export type LoopSettings = Omit<NativeOptions, keyof Lesson>

/** Runs the native loop; `facts` are of the model that comes out. */
export async function runTraining(
  model: Model,
  images: Dataset,
  lesson: Lesson,
  settings: LoopSettings,
  facts: ModelFacts,
  control: JobControl,
): Promise<Model> {
  const { model: handle } = await trainHandles(model, images, lesson, settings, control)
  return new Model(await loadNative(), handle, facts)
}

/** As runTraining(), with what an objective trains beside the model. */
export async function trainHandles(
  model: Model,
  images: Dataset,
  { objective, trigger = null, sharpness = 0 }: Lesson,
  settings: LoopSettings,
  control: JobControl,
): Promise<{ model: ModelHandle; companion: ModelHandle | null }> {
  checkFullPrecision(model)
  checkLabels(model, images)
  const native = await loadNative()
  const data = images.imagesFor(model)
  const job = { ...settings, objective, trigger, sharpness, device: await resolveDevice(settings.device) }
  const work = { name: 'train', model: model.handle, images: data, settings: job }
  return runResumable(
    work,
    (report, keeping) => native.train(model.handle, data, job, report, keeping),
    control,
  )
}
