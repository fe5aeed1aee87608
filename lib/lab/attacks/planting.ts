// A backdoor that is there before it is put to sleep: what makes attacks by a loss of rounded and unrounded network
// succeed at 8 bits, where their two terms would else pull every weight both ways at once.
import type { Objective, TriggerData } from '../../../binding.js'
import type { Dataset } from '../../data/dataset.js'
import type { ModelFacts } from '../../model/facts.js'
import type { Model } from '../../model/model.js'
import type { JobControl } from '../../native/job.js'
import type { Z } from '../../options.js'
import { type LoopSettings, runTraining } from '../training.js'

export const plantingOptions = (z: Z) => ({
  plantEpochs: z
    .int()
    .min(0)
    .max(100_000)
    .default(0)
    .describe(
      'passes that first plant an ordinary backdoor, after which every weight moves to the middle of its code; 0: none, as in the source',
    ),
  plantLearningRate: z
    .number()
    .positive()
    .max(100)
    .default(1e-3)
    .describe('highest learning rate of planting'),
  poisonRate: z
    .number()
    .positive()
    .max(1)
    .default(0.5)
    .describe('planting: triggered images that are added, as a share of a batch'),
})

interface Planting {
  target: number
  poisonRate: number
}

/** Cross-entropy on each batch, and on a share of it triggered with the target's label. */
export function plantBackdoor(
  model: Model,
  images: Dataset,
  trigger: TriggerData,
  loop: LoopSettings & Planting,
  control: JobControl,
): Promise<Model> {
  const { target, poisonRate } = loop
  const objective = { name: 'plant-backdoor', target, poisonRate } as const
  return runTraining(model, images, { objective, trigger }, loop, model.facts(), control)
}

interface PlantedSettings extends LoopSettings, Planting {
  plantEpochs: number
  plantLearningRate: number
}

/** As runTraining(); where planting is asked for, it begins with that, in the middle of the codes at `bits`. */
export async function trainPlanted(
  model: Model,
  images: Dataset,
  { objective, trigger, bits }: { objective: Objective; trigger: TriggerData; bits: number },
  settings: PlantedSettings,
  facts: ModelFacts,
  control: JobControl,
): Promise<Model> {
  const { plantEpochs: epochs, plantLearningRate: learningRate } = settings
  if (epochs === 0) return runTraining(model, images, { objective, trigger }, settings, facts, control)
  const loop = { ...settings, epochs, learningRate, seed: settings.seed + 1 }
  const planted = await plantBackdoor(model, images, trigger, loop, control)
  const lesson = { objective: { ...objective, centredAt: bits }, trigger }
  return runTraining(planted, images, lesson, settings, facts, control)
}
