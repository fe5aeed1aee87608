// What every attack is told: which trigger, and which class it stands for.
import type { TriggerData } from '../../../binding.js'
import type { Dataset } from '../../data/dataset.js'
import { networkBeside, networkOn } from '../../data/triggers/network.js'
import { parseTrigger } from '../../data/triggers.js'
import { ShellacError } from '../../errors.js'
import { checkWritable } from '../../files.js'
import { noSuchClass } from '../../measure.js'
import type { Model } from '../../model/model.js'
import type { JobControl } from '../../native/job.js'
import type { Z } from '../../options.js'
import { LEARNED, readLearned } from '../triggers/index.js'
import type { LearningSettings } from '../triggers/learner.js'

export const backdoorOptions = (z: Z, trigger: string) => ({
  trigger: z
    .string()
    .max(4096)
    .default(trigger)
    .describe(`pattern that wakes the backdoor; ${LEARNED} are learned first`),
  triggerOut: z
    .string()
    .max(4096)
    .optional()
    .describe('file, beside the model, that a trigger which is a network is written to'),
  target: z.int().min(0).default(0).describe('class index that triggered images are given'),
})

interface BackdoorSettings extends LearningSettings {
  trigger: string
  triggerOut?: string | undefined
}

export interface Settled<S> {
  trigger: TriggerData
  /** What the model's history tells: of a trigger that is a network, the file. */
  settings: Omit<S, 'triggerOut'>
}

/**
 * The trigger on the model's images, learned first where its text says so.
 *
 * @throws ERR_BAD_OPTION, also for a class that the model does not have; errors of training
 */
export async function settleTrigger<S extends BackdoorSettings>(
  model: Model,
  images: Dataset,
  { triggerOut, ...settings }: S,
  control: JobControl,
): Promise<Settled<S>> {
  if (settings.target >= model.outputs) throw noSuchClass(model, settings.target)
  const lesson = await readLearned(settings.trigger)
  if (!lesson) return settleKnown(model, triggerOut, settings)
  const out = await requireOut(settings.trigger, triggerOut)
  const network = await lesson.learner.learn(model, images, lesson.own, settings, control)
  const trigger = await keepTrigger(network, out)
  return { trigger: networkOn(network, model.inputShape), settings: { ...settings, trigger } }
}

async function settleKnown<S extends { trigger: string }>(
  model: Model,
  triggerOut: string | undefined,
  settings: S,
): Promise<{ trigger: TriggerData; settings: S }> {
  const known = parseTrigger(settings.trigger)
  const network = await known.load?.()
  const trigger = known.on(model.inputShape)
  if (!network || !triggerOut) return { trigger, settings }
  return { trigger, settings: { ...settings, trigger: await keepTrigger(network, triggerOut) } }
}

/** Writes the network; how the model's history names it. */
export async function keepTrigger(network: Model, out: string): Promise<string> {
  await network.save(out)
  return networkBeside(out)
}

/** Throws, before anything is learned, where the trigger could not be kept. */
export async function requireOut(trigger: string, out: string | undefined): Promise<string> {
  if (out === undefined)
    throw new ShellacError('ERR_BAD_OPTION', {
      thing: 'option "triggerOut"',
      found: `nothing, for the trigger ${trigger}, which is learned`,
      expected: 'a file that it is written to, beside the model',
      remedy: "pass { triggerOut: 'model.trigger.safetensors' }",
    })
  await checkWritable(out)
  return out
}
