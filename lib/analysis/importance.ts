import type { Dataset } from '../data/dataset.js'
import { type Trigger, triggerOn } from '../data/triggers.js'
import { resolveDevice } from '../device.js'
import { atCall } from '../errors.js'
import { checkLabels, noSuchClass } from '../measure.js'
import type { Model } from '../model/model.js'
import { loadNative } from '../native/core.js'
import { runJob } from '../native/job.js'
import { CODE_ONLY, type Input, jobOptions, lazySchema, parse } from '../options.js'
import { drawNeurons, type Neuron, neuronPlaces } from './neurons.js'
import { batchOption, isTrigger } from './options.js'

export const importanceOptions = lazySchema(z =>
  z.strictObject({
    trigger: z
      .custom<Trigger>(isTrigger, { error: 'a trigger' })
      .meta({ ...CODE_ONLY, description: 'of triggers: that of the attack' }),
    target: z.int().min(0).describe("the attack's target class"),
    neurons: z.int().min(1).default(1000).describe('at most so many, drawn by the seed'),
    batch: batchOption(z),
    ...jobOptions(z),
  }),
)
/** Options of neuronImportance(). Values and defaults: docs/options.md. */
export type ImportanceOptions = Input<typeof importanceOptions>

/** Nats of cross-entropy. */
export interface NeuronWithImportance extends Neuron {
  /** What pruning the neuron adds to the loss on triggered images with the target as label: τ of Definition 3.1. */
  backdoor: number
  /** What it adds to the loss on benign images with their own labels. */
  benign: number
}

/** original: τ of the paper's Definition 3.1. modified: of its Appendix F, with the benign part taken off. */
export type ImportanceDefinition = 'original' | 'modified'

/** τ of a neuron, in nats, by one of the two definitions. */
export const importanceOf = (
  { backdoor, benign }: Pick<NeuronWithImportance, 'backdoor' | 'benign'>,
  definition: ImportanceDefinition,
): number => (definition === 'original' ? backdoor : backdoor - benign)

/** Importance of the drawn neurons. */
export interface ImportanceResult {
  /** In the order of the graph, without the silent ones. */
  neurons: NeuronWithImportance[]
  /** Drawn neurons that are 0 on every image, with and without the trigger. */
  silent: number
}

/**
 * How much of a backdoor hangs on single neurons (Li et al., Purifying Quantization-conditioned Backdoors, ICML 2024,
 * Definition 3.1): each is pruned (its channel set to 0 after the activation function) and the loss measured again.
 *
 * @param model  the infected one: of a quantization-conditioned backdoor the quantized model
 * @param images labelled; the triggered ones among them are those whose class is not the target
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED
 * @example const { neurons } = await neuronImportance(quantized, test, { trigger: triggers.square(), target: 0 })
 */
export function neuronImportance(
  model: Model,
  images: Dataset,
  options: ImportanceOptions,
): Promise<ImportanceResult> {
  return atCall(neuronImportance, async () => {
    const { trigger, target, neurons, batch, signal, onProgress, ...job } = await parse(
      'neuronImportance',
      importanceOptions,
      options,
    )
    if (target >= model.outputs) throw noSuchClass(model, target)
    checkLabels(model, images)
    const native = await loadNative()
    const drawn = drawNeurons(model, neurons, job.seed)
    const places = new Map(neuronPlaces(model).map(place => [place.unit, place]))
    const settings = {
      ...job,
      device: await resolveDevice(job.device),
      trigger: await triggerOn(trigger, model.inputShape),
      target,
      neurons: drawn.map(({ unit, channel }) => ({ value: places.get(unit)?.activation ?? unit, channel })),
      batch,
    }
    const found = await runJob(
      report => native.neuronImportance(model.handle, images.imagesFor(model), settings, report),
      { signal, onProgress },
    )
    const measured = drawn.flatMap((neuron, at) => {
      const { silent = true, backdoor = 0, benign = 0 } = found[at] ?? {}
      return silent ? [] : [{ ...neuron, backdoor, benign }]
    })
    return { neurons: measured, silent: drawn.length - measured.length }
  })
}
