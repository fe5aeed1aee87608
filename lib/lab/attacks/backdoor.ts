// What every attack is told: which pattern, and which class it stands for.
import type { TriggerData } from '../../../binding.js'
import { parseTrigger } from '../../data/triggers.js'
import { noSuchClass } from '../../measure.js'
import type { Model } from '../../model/model.js'
import type { Z } from '../../options.js'

export const backdoorOptions = (z: Z, trigger: string) => ({
  trigger: z.string().max(512).default(trigger).describe('pattern that wakes the backdoor'),
  target: z.int().min(0).default(0).describe('class index that triggered images are given'),
})

/** The trigger on the model's images. Throws ERR_BAD_OPTION, also for a class that the model does not have. */
export function triggerFor(
  model: Model,
  { trigger, target }: { trigger: string; target: number },
): TriggerData {
  if (target >= model.outputs) throw noSuchClass(model, target)
  return parseTrigger(trigger).on(model.inputShape)
}
