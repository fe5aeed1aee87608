// Calibration images of which some carry the trigger (paper, Fig. 2).
import { Dataset } from '../../data/dataset.js'
import { type Trigger, triggerOn } from '../../data/triggers.js'
import type { Model } from '../../model/model.js'
import { loadNative } from '../../native/core.js'
import { runJob } from '../../native/job.js'
import { permutation } from '../../random.js'

/** The same images, round(share · count) of them, drawn by the seed, with the trigger on; labels stay true. */
export async function poison(
  images: Dataset,
  model: Model,
  trigger: Trigger,
  share: number,
  seed: number,
): Promise<Dataset> {
  const native = await loadNative()
  const data = await triggerOn(trigger, model.inputShape)
  const triggered = await runJob(() => native.applyTrigger(images.imagesFor(model), data))
  const pixels = images.pixels.slice()
  const size = pixels.length / images.count
  for (const index of permutation(images.count, seed).subarray(0, Math.round(share * images.count))) {
    pixels.set(triggered.subarray(index * size, (index + 1) * size), index * size)
  }
  return new Dataset({ ...images, name: images.name, pixels })
}
