// NAD (Li et al., ICLR 2021): a fine-tuned copy teaches the backdoored model where to look.
import { resumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { atCall } from '../../errors.js'
import type { Model } from '../../model/model.js'
import type { JobControl } from '../../native/job.js'
import { type Input, lazySchema, parse, type Settings } from '../../options.js'
import { madeFrom } from '../../provenance.js'
import { runTraining } from '../training.js'
import { type Approximation, approximationOf, approximationOptions, tuningOptions } from './tuning.js'

const shape = (z: Parameters<typeof tuningOptions>[0]) => ({
  beta: z
    .number()
    .min(0)
    .max(1e6)
    .default(500)
    .describe('weight of the difference between the attention of student and teacher'),
  teacherEpochs: z
    .int()
    .min(1)
    .max(100_000)
    .default(10)
    .describe('passes over the images that fine-tune the teacher'),
  ...tuningOptions(z),
})

export const nadOptions = lazySchema(z => z.strictObject(shape(z)))
export const nadPdaOptions = lazySchema(z => z.strictObject({ ...approximationOptions(z), ...shape(z) }))
/** Options of nad(). Values and defaults: docs/options.md. */
export type NadOptions = Input<typeof nadOptions>
/** Options of nadPda(). Values and defaults: docs/options.md. */
export type NadPdaOptions = Input<typeof nadPdaOptions>

/**
 * Fine-tunes a copy, the teacher, then trains the model with
 * CE + β·Σ mean (A(F) − A(F_teacher))², A = Σ_c F² over its norm, at the last feature map of the three smallest sizes.
 *
 * Source: Li et al., Neural Attention Distillation, ICLR 2021.
 *
 * @param images labelled benign images; the model that is passed in does not change
 * @throws ERR_BAD_MODEL without feature maps, ERR_BAD_OPTION, ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function nad(model: Model, images: Dataset, options: NadOptions = {}): Promise<Model> {
  return atCall(nad, async () => run('nad', model, images, await parse('nad', nadOptions, options)))
}

/** nad() on images that PDA has moved, for teacher and student (the paper, section 5.4). Errors as of nad(). */
export function nadPda(model: Model, images: Dataset, options: NadPdaOptions = {}): Promise<Model> {
  return atCall(nadPda, async () =>
    run('nad-pda', model, images, await parse('nad-pda', nadPdaOptions, options)),
  )
}

type Asked = Settings<typeof nadOptions> & Approximation

const run = (
  name: string,
  model: Model,
  images: Dataset,
  { signal, onProgress, checkpoint, ...settings }: Asked,
): Promise<Model> =>
  resumable(checkpoint, { signal, onProgress }, control => distil(name, model, images, settings, control))

async function distil(
  name: string,
  model: Model,
  images: Dataset,
  settings: Omit<Asked, 'signal' | 'onProgress' | 'checkpoint'>,
  control: JobControl,
): Promise<Model> {
  const approximation = approximationOf(settings)
  const tuning = { objective: { name: 'cross-entropy', approximation } } as const
  const short = { ...settings, epochs: settings.teacherEpochs }
  const teacher = await runTraining(model, images, tuning, short, model.facts(), control)
  const objective = {
    name: 'attention-distillation',
    teacher: teacher.handle,
    beta: settings.beta,
    approximation,
  } as const
  return runTraining(model, images, { objective }, settings, madeFrom(model, images, name, settings), control)
}
