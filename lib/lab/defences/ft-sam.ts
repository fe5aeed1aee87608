// FT-SAM (Zhu et al., ICCV 2023): fine-tuning that seeks flat minima, which shrinks the weights a backdoor rests on.
import { resumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { atCall } from '../../errors.js'
import type { Model } from '../../model/model.js'
import { type Input, lazySchema, parse, type Settings } from '../../options.js'
import { madeFrom } from '../../provenance.js'
import { runTraining } from '../training.js'
import { type Approximation, approximationOf, approximationOptions, tuningOptions } from './tuning.js'

const shape = (z: Parameters<typeof tuningOptions>[0]) => ({
  rho: z
    .number()
    .positive()
    .max(1000)
    .default(2)
    .describe('radius of the sharpness that is minimized (the source: 2 for CIFAR-10, 8 for Tiny-ImageNet)'),
  labelSmoothing: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('share of each label that is spread over all classes'),
  ...tuningOptions(z, { epochs: 100 }),
})

export const ftSamOptions = lazySchema(z => z.strictObject(shape(z)))
export const ftSamPdaOptions = lazySchema(z => z.strictObject({ ...approximationOptions(z), ...shape(z) }))
/** Options of ftSam(). Values and defaults: docs/options.md. */
export type FtSamOptions = Input<typeof ftSamOptions>
/** Options of ftSamPda(). Values and defaults: docs/options.md. */
export type FtSamPdaOptions = Input<typeof ftSamPdaOptions>

/**
 * Fine-tunes with adaptive sharpness-aware minimization: each step takes the gradient at w + ρ·w²g/‖|w|g‖. The learning
 * rate falls over all steps; the source's toolbox restarts it every hundred.
 *
 * Source: Zhu et al., Enhancing Fine-Tuning Based Backdoor Defense with Sharpness-Aware Minimization, ICCV 2023.
 *
 * @param images labelled benign images; the model that is passed in does not change
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function ftSam(model: Model, images: Dataset, options: FtSamOptions = {}): Promise<Model> {
  return atCall(ftSam, async () => run('ft-sam', model, images, await parse('ft-sam', ftSamOptions, options)))
}

/** ftSam() on images that PDA has moved (the paper, section 5.4). Errors as of ftSam(). */
export function ftSamPda(model: Model, images: Dataset, options: FtSamPdaOptions = {}): Promise<Model> {
  return atCall(ftSamPda, async () =>
    run('ft-sam-pda', model, images, await parse('ft-sam-pda', ftSamPdaOptions, options)),
  )
}

function run(
  name: string,
  model: Model,
  images: Dataset,
  { signal, onProgress, checkpoint, ...settings }: Settings<typeof ftSamOptions> & Approximation,
): Promise<Model> {
  const { rho, labelSmoothing } = settings
  const objective = {
    name: 'cross-entropy',
    labelSmoothing,
    approximation: approximationOf(settings),
  } as const
  const facts = madeFrom(model, images, name, settings)
  return resumable(checkpoint, { signal, onProgress }, control =>
    runTraining(model, images, { objective, sharpness: rho }, settings, facts, control),
  )
}
