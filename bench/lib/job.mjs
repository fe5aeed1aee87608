// Jobs straight through the native surface, where a case needs what the core reports and the facade does not hand on.
import { loadNative } from '../../dist/native/core.js'

/** Seconds of every epoch of a training job; `changes` are over those of plain SGD without augmentation. */
export async function epochSeconds(model, dataset, changes) {
  const native = await loadNative()
  const settings = {
    objective: { name: 'cross-entropy' },
    device: 'cpu',
    seed: 0,
    optimizer: 'sgd',
    learningRate: 1e-4,
    momentum: 0.9,
    weightDecay: 1e-4,
    schedule: 'constant',
    milestones: [],
    crop: 0,
    flip: false,
    trigger: null,
    ...changes,
  }
  const { epochs } = await native.train(model.handle, dataset.imagesFor(model), settings, () => {}).promise
  return epochs.map(({ seconds }) => seconds)
}
