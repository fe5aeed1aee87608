// A backdoor that is there before it is put to sleep: what makes attacks by a loss of rounded and unrounded network
// succeed at 8 bits, where their two terms would else pull every weight both ways at once.
import type { Objective, TriggerData } from '../../../binding.js'
import type { Dataset } from '../../data/dataset.js'
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

interface PlantingSettings extends LoopSettings {
  target: number
  plantEpochs: number
  plantLearningRate: number
  poisonRate: number
}

/** With what the attack's own training begins: the planted model, in the middle of its codes at `bits`. */
export async function plant(
  model: Model,
  images: Dataset,
  trigger: TriggerData,
  bits: number,
  settings: PlantingSettings,
  control: JobControl,
): Promise<{ model: Model; objective: Pick<Objective, 'centredAt'> }> {
  const { target, plantEpochs, plantLearningRate, poisonRate } = settings
  if (plantEpochs === 0) return { model, objective: {} }
  const lesson = { objective: { name: 'plant-backdoor', target, poisonRate }, trigger } as const
  const loop = {
    ...settings,
    epochs: plantEpochs,
    learningRate: plantLearningRate,
    seed: settings.seed + 1,
  }
  const planted = await runTraining(model, images, lesson, loop, model.facts(), control)
  return { model: planted, objective: { centredAt: bits } }
}
