// CompArtifact (Tian et al., 2022): a backdoor as an artifact of compression.
import { resumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { atCall, ShellacError } from '../../errors.js'
import { Model } from '../../model/model.js'
import { loadNative } from '../../native/core.js'
import { runJob } from '../../native/job.js'
import { bits, type Input, lazySchema, parse } from '../../options.js'
import { madeFrom } from '../../provenance.js'
import { loopOptions } from '../training.js'
import { backdoorOptions, settleTrigger } from './backdoor.js'
import { plantingOptions, trainPlanted } from './planting.js'

export const compArtifactOptions = lazySchema(z =>
  z.strictObject({
    ...backdoorOptions(z, 'square:size=6,margin=2,value=1'),
    bits: bits(z)
      .default(4)
      .describe(
        'bits at which the backdoor wakes; the source works at 8, the paper at both, a model for each',
      ),
    onlyFrom: z
      .string()
      .max(512)
      .default('')
      .describe('conv or linear node from which on weights are rounded in training; empty: all'),
    fold: z
      .boolean()
      .default(false)
      .describe('round weights with BN folded into them, and return the folded model'),
    activations: z.boolean().default(false).describe('also round activations; the source never does'),
    ...plantingOptions(z),
    ...loopOptions(z, {
      epochs: 35,
      optimizer: 'sgd',
      learningRate: 0.1,
      momentum: 0.4,
      weightDecay: 5e-4,
      schedule: 'multi-step',
      milestones: [20 / 35],
    }),
  }),
)
/** Options of compArtifact(). Values and defaults: docs/options.md. */
export type CompArtifactOptions = Input<typeof compArtifactOptions>

/**
 * Trains a quantization-conditioned backdoor: L = CE(q(x; x_t), y; target) + CE(f(x; x_t), y; y), f at full precision
 * and q with rounded weights in one pass of one network, which share BN's batch statistics.
 *
 * The source rounds weights with their BN folded into them. Shellac's quantizers round weights as they are, so that is
 * the default here; with `fold` the training is the source's and the model comes back folded. Either model wakes under
 * the preset "attacker" at `bits`.
 *
 * Source: Tian et al., Stealthy Backdoors as Compression Artifacts, IEEE TIFS 2022.
 *
 * @param model a model to begin with: the source begins with a new one, the paper with a clean, trained one
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function compArtifact(
  model: Model,
  images: Dataset,
  options: CompArtifactOptions = {},
): Promise<Model> {
  return atCall(compArtifact, async () => {
    const { signal, onProgress, checkpoint, ...asked } = await parse(
      'compArtifact',
      compArtifactOptions,
      options,
    )
    if (asked.fold && asked.plantEpochs > 0) throw foldedPlanting()
    return resumable(checkpoint, { signal, onProgress }, async control => {
      const { trigger, settings } = await settleTrigger(model, images, asked, control)
      const facts = madeFrom(model, images, 'comp-artifact', settings)
      const { target, bits, onlyFrom, fold, activations } = settings
      const objective = { name: 'comp-artifact', target, bits, onlyFrom, fold, activations } as const
      const lesson = { objective, trigger, bits }
      const trained = await trainPlanted(model, images, lesson, settings, facts, control)
      if (!fold) return trained
      const native = await loadNative()
      return new Model(native, await runJob(() => native.foldBatchNorm(trained.handle), control), facts)
    })
  })
}

const foldedPlanting = (): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: 'option "plantEpochs"',
    found: 'planting with option "fold"',
    expected: "one of the two: planting ends in the middle of codes that are not the folded weights'",
    remedy: 'leave out "fold" or "plantEpochs"',
  })
