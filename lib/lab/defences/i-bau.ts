// I-BAU (Zeng et al., ICLR 2022): unlearn the perturbation that fools the model most.
import { resumable, runResumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { resolveDevice } from '../../device.js'
import { atCall } from '../../errors.js'
import { checkLabels } from '../../measure.js'
import { Model } from '../../model/model.js'
import { checkFullPrecision } from '../../model/quantized.js'
import { loadNative } from '../../native/core.js'
import { checkpointOption, type Input, jobOptions, lazySchema, parse } from '../../options.js'
import { madeFrom } from '../../provenance.js'

export const iBauOptions = lazySchema(z =>
  z.strictObject({
    rounds: z.int().min(1).max(1000).default(3).describe('rounds of perturbing and unlearning'),
    iterations: z
      .int()
      .min(1)
      .max(100)
      .default(5)
      .describe('iterations of the fixed point in the implicit gradient'),
    batch: z.int().min(1).max(65_536).default(128).describe('images a step'),
    perturbationRate: z
      .number()
      .positive()
      .max(1000)
      .default(10)
      .describe('learning rate of the perturbation that all images share'),
    penalty: z.number().min(0).max(1000).default(1e-3).describe("of the perturbation's squared norm"),
    fixedPointStep: z.number().positive().max(10).default(0.1).describe('step of the fixed point'),
    perturbedShare: z
      .number()
      .positive()
      .max(1)
      .default(0.01)
      .describe('of a batch, the images that are unlearned with the perturbation on them; at least one'),
    learningRate: z.number().positive().max(1).default(1e-4).describe('of Adam, for the weights'),
    ...checkpointOption(z),
    ...jobOptions(z),
  }),
)
/** Options of iBau(). Values and defaults: docs/options.md. */
export type IBauOptions = Input<typeof iBauOptions>

/**
 * Plays min_θ max_δ CE(f(x + δ), y): each round finds one perturbation for all images, then tunes the weights against it
 * along the implicit hypergradient. BN is frozen.
 *
 * Source: Zeng et al., Adversarial Unlearning of Backdoors via Implicit Hypergradient, ICLR 2022.
 *
 * @param images labelled benign images; the model that is passed in does not change
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function iBau(model: Model, images: Dataset, options: IBauOptions = {}): Promise<Model> {
  return atCall(iBau, async () => {
    const { signal, onProgress, checkpoint, ...settings } = await parse('i-bau', iBauOptions, options)
    checkFullPrecision(model)
    checkLabels(model, images)
    const facts = madeFrom(model, images, 'i-bau', settings)
    const native = await loadNative()
    const job = { ...settings, device: await resolveDevice(settings.device) }
    const data = images.imagesFor(model)
    const work = { name: 'unlearn', model: model.handle, images: data, settings: job }
    const handle = await resumable(checkpoint, { signal, onProgress }, control =>
      runResumable(
        work,
        (report, keeping) => native.unlearn(model.handle, data, job, report, keeping),
        control,
      ),
    )
    return new Model(native, handle, facts)
  })
}
