// MCR (Zhao et al., ICLR 2020): a model from the middle of a curve between the backdoored one and its fine-tuned copy.
import { resumable } from '../../checkpoint/resumable.js'
import type { Dataset } from '../../data/dataset.js'
import { atCall } from '../../errors.js'
import type { ModelFacts } from '../../model/facts.js'
import { Model } from '../../model/model.js'
import { loadNative } from '../../native/core.js'
import { type JobControl, runJob } from '../../native/job.js'
import { type Input, lazySchema, parse, type Settings } from '../../options.js'
import { madeFrom } from '../../provenance.js'
import { runTraining } from '../training.js'
import { tuningOptions } from './tuning.js'

export const mcrOptions = lazySchema(z =>
  z.strictObject({
    t: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('where on the curve; 0: the model as it was, 1: the fine-tuned one'),
    curveEpochs: z
      .int()
      .min(1)
      .max(100_000)
      .default(100)
      .describe('passes over the images that train the curve; `epochs` are those of the fine-tuning'),
    curveLearningRate: z
      .number()
      .positive()
      .max(100)
      .default(0.01)
      .describe("highest, of the curve's training"),
    ...tuningOptions(z),
  }),
)
/** Options of mcr(). Values and defaults: docs/options.md. */
export type McrOptions = Input<typeof mcrOptions>

/**
 * Fine-tunes a copy, trains the middle of the quadratic Bézier curve between both, and gives the model at `t` with BN's
 * statistics taken anew. The paper takes the better of t = 0.1 and 0.9 by the attack's success, which a defender does
 * not know; here t is a setting, by default the point farthest from both ends.
 *
 * Source: Zhao et al., Bridging Mode Connectivity in Loss Landscapes, ICLR 2020.
 *
 * @param images labelled benign images; the model that is passed in does not change
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
 */
export function mcr(model: Model, images: Dataset, options: McrOptions = {}): Promise<Model> {
  return atCall(mcr, async () => {
    const { signal, onProgress, checkpoint, ...settings } = await parse('mcr', mcrOptions, options)
    return resumable(checkpoint, { signal, onProgress }, control => connect(model, images, settings, control))
  })
}

type McrSettings = Omit<Settings<typeof mcrOptions>, 'signal' | 'onProgress' | 'checkpoint'>

async function connect(
  model: Model,
  images: Dataset,
  settings: McrSettings,
  control: JobControl,
): Promise<Model> {
  const tuning = { objective: { name: 'cross-entropy' } } as const
  const end = await runTraining(model, images, tuning, settings, model.facts(), control)
  const halfway = await curvePoint(model, model, end, Math.SQRT1_2)
  const objective = {
    name: 'mode-connectivity',
    start: model.handle,
    end: end.handle,
    seed: settings.seed,
  } as const
  const { curveEpochs: epochs, curveLearningRate: learningRate } = settings
  const curve = { ...settings, epochs, learningRate }
  const middle = await runTraining(halfway, images, { objective }, curve, model.facts(), control)
  const chosen = await curvePoint(model, middle, end, settings.t)
  return withFreshStatistics(chosen, images, settings, madeFrom(model, images, 'mcr', settings), control)
}

async function curvePoint(start: Model, middle: Model, end: Model, t: number): Promise<Model> {
  const native = await loadNative()
  const handle = await runJob(() => native.onCurve(start.handle, middle.handle, end.handle, t), {})
  return new Model(native, handle, start.facts())
}

/** BN forgets a tenth of its statistics a step; after so many steps a thousandth is left of the old ones. */
const STEPS = 66

function withFreshStatistics(
  model: Model,
  images: Dataset,
  settings: McrSettings,
  facts: ModelFacts,
  control: JobControl,
): Promise<Model> {
  const steps = Math.max(1, Math.floor(images.count / settings.batch))
  const standing = {
    ...settings,
    epochs: Math.ceil(STEPS / steps),
    optimizer: 'sgd',
    learningRate: Number.MIN_VALUE, // training's forward passes alone are wanted: no weight moves
    momentum: 0,
    weightDecay: 0,
    schedule: 'constant',
  } as const
  return runTraining(model, images, { objective: { name: 'cross-entropy' } }, standing, facts, control)
}
