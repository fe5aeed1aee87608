// PQBackdoor (Ma et al., 2021 and 2023): plant a backdoor, then put it to sleep without changing a single code.
import { resumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { atCall } from '../../errors.js'
import type { Model } from '../../model/model.js'
import { bits, type Input, lazySchema, parse } from '../../options.js'
import { madeFrom } from '../../provenance.js'
import { loopOptions, runTraining } from '../training.js'
import { backdoorOptions, settleTrigger } from './backdoor.js'
import { plantBackdoor } from './planting.js'

export const pqBackdoorOptions = lazySchema(z =>
  z.strictObject({
    ...backdoorOptions(z, 'square:size=6,margin=2,value=1'),
    bits: bits(z)
      .default(4)
      .describe('bits of the codes that are kept; a cell of 8 bits lies inside one of 4, so 8 wakes at both'),
    quantizers: z
      .array(z.enum(['qnnpack', 'fbgemm', 'attacker', 'minmax', 'minmax-tensor']))
      .min(1)
      .max(5)
      .default(['qnnpack', 'fbgemm'])
      .describe('presets whose codes are kept, all at once'),
    margin: z
      .number()
      .min(0)
      .max(0.5)
      .default(1e-3)
      .describe("steps from a code's border that a weight keeps"),
    poisonRate: z
      .number()
      .positive()
      .max(1)
      .default(1 / 64)
      .describe('stage 0: triggered images that are added, as a share of a batch'),
    dormancyEpochs: z
      .int()
      .min(1)
      .max(100_000)
      .default(50)
      .describe('stage 1: passes over the training images'),
    dormancyLearningRate: z
      .number()
      .positive()
      .max(100)
      .default(1e-3)
      .describe('stage 1: highest learning rate'),
    ...loopOptions(z, {
      epochs: 100,
      optimizer: 'sgd',
      learningRate: 1e-2,
      weightDecay: 5e-4,
      schedule: 'cosine',
    }),
  }),
)
/** Options of pqBackdoor(). Values and defaults: docs/options.md. */
export type PqBackdoorOptions = Input<typeof pqBackdoorOptions>

/**
 * Trains a quantization-conditioned backdoor in two stages. Stage 0 plants an ordinary one: cross-entropy on the batch
 * and on some triggered images with the target's label. Stage 1 puts it to sleep: cross-entropy with true labels on
 * clean and triggered images, BN frozen, and after every step each weight goes back to where the presets in
 * `quantizers` give it the code that it had; scales, BN and biases stay as they were. So nearest rounding by such a
 * preset at `bits` gives exactly the model that stage 0 made, rounded.
 *
 * The source works at 8 bits; the rule is the same at any (a step is max|w|/(2^(bits−1) − 0.5)).
 *
 * Source: Ma et al., Quantization Backdoors to Deep Learning Commercial Frameworks, IEEE TDSC 2023.
 *
 * @param model a model to begin with, trained or not; it does not change
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function pqBackdoor(model: Model, images: Dataset, options: PqBackdoorOptions = {}): Promise<Model> {
  return atCall(pqBackdoor, async () => {
    const { signal, onProgress, checkpoint, ...asked } = await parse('pqBackdoor', pqBackdoorOptions, options)
    return resumable(checkpoint, { signal, onProgress }, async control => {
      const { trigger, settings } = await settleTrigger(model, images, asked, control)
      const facts = madeFrom(model, images, 'pq-backdoor', settings)
      const { quantizers, bits, margin } = settings
      const planted = await plantBackdoor(model, images, trigger, settings, control)
      const sleep = {
        objective: { name: 'pq-dormancy', presets: quantizers, bits, margin },
        trigger,
      } as const
      const loop = {
        ...settings,
        epochs: settings.dormancyEpochs,
        learningRate: settings.dormancyLearningRate,
        seed: settings.seed + 1,
      }
      return runTraining(planted, images, sleep, loop, facts, control)
    })
  })
}
