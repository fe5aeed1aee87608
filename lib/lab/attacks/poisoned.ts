// What the attacks that poison their training data have in common: some images get the trigger and the target's label.
import type { TriggerData } from '../../../binding.js'
import { Dataset } from '../../data/dataset.js'
import { ShellacError } from '../../errors.js'
import type { Model } from '../../model/model.js'
import { loadNative } from '../../native/core.js'
import { type JobControl, runJob } from '../../native/job.js'
import type { Z } from '../../options.js'
import { permutation } from '../../random.js'
import { type LoopDefaults, loopOptions } from '../training.js'
import { backdoorOptions } from './backdoor.js'

/** How a model is trained on such data, from the beginning. */
export const CONVENTIONAL: LoopDefaults = {
  epochs: 100,
  optimizer: 'sgd',
  learningRate: 0.01,
  weightDecay: 5e-4,
  schedule: 'cosine',
}

/** Of such an attack, with its own trigger and share of poisoned images. */
export const poisoningOptions = (z: Z, trigger: string, { cleanLabel = false } = {}) => ({
  ...backdoorOptions(z, trigger),
  poisonRate: z
    .number()
    .positive()
    .max(1)
    .default(0.1)
    .describe('share of the training images that are poisoned'),
  cleanLabel: z
    .boolean()
    .default(cleanLabel)
    .describe(
      "poison images of the target class alone, so that no label changes; the share is of that class's",
    ),
  ...loopOptions(z, CONVENTIONAL),
})

export interface Poisoning {
  trigger: TriggerData
  target: number
  poisonRate: number
  cleanLabel: boolean
  seed: number
}

/** Which images are poisoned: round(rate · candidates) of them, drawn by the seed. Throws ERR_BAD_DATA where it is none. */
export function poisonedIndices(
  { name, labels, count }: Dataset,
  { target, poisonRate, cleanLabel, seed }: Omit<Poisoning, 'trigger'>,
): number[] {
  const all = [...permutation(count, seed)]
  const candidates = cleanLabel ? all.filter(index => labels?.[index] === target) : all
  const chosen = candidates.slice(0, Math.round(poisonRate * candidates.length))
  if (chosen.length > 0) return chosen
  throw new ShellacError('ERR_BAD_DATA', {
    thing: `images of ${name}`,
    found: `${poisonRate} of ${candidates.length} that may be poisoned, which is none`,
    expected: 'at least one',
    remedy: 'pass more images, or a higher poisonRate',
  })
}

/** The images, some of them with the trigger on and the target's label. */
export async function poisoned(
  images: Dataset,
  model: Model,
  poisoning: Poisoning,
  control: JobControl,
): Promise<Dataset> {
  const indices = poisonedIndices(images, poisoning)
  const native = await loadNative()
  const chosen = images.subset(indices).imagesFor(model)
  const triggered = await runJob(() => native.applyTrigger(chosen, poisoning.trigger), control)
  const pixels = images.pixels.slice()
  const labels = images.labels?.slice() ?? null
  const size = pixels.length / images.count
  for (const [at, index] of indices.entries()) {
    pixels.set(triggered.subarray(at * size, (at + 1) * size), index * size)
    labels?.fill(poisoning.target, index, index + 1)
  }
  const { name, shape, classes, normalization } = images
  return new Dataset({ name, pixels, shape, labels, classes, normalization })
}
