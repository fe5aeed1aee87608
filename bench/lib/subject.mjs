// The model that cases compute with: random weights, and BN statistics of real forward passes, since with those of a new
// model (0 and 1) activations would grow from layer to layer and quantizers meet ranges that no model has.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createModel, loadModel } from '../../dist/index.js'
import { train } from '../../dist/lab/index.js'

// One training epoch with a step too small to matter. A batch counts one tenth in the running statistics, so after 32
// of them four percent of the first values are left.
const SETTLING = { epochs: 1, batch: 8, optimizer: 'sgd', learningRate: 1e-12, schedule: 'constant' }
const SETTLING_IMAGES = 256

/** A settled model of that architecture for those images, at least 256 of them. */
export async function settledModel(architecture, options, dataset, threads) {
  const fresh = await createModel(architecture, { ...options, seed: 0 })
  return train(fresh, dataset.take(SETTLING_IMAGES), { ...SETTLING, weightDecay: 0, threads })
}

/** Does `work` with the path of a saved model, which is gone afterwards; for child processes. */
export async function withSavedModel(model, work) {
  const folder = await mkdtemp(join(tmpdir(), 'shellac-bench-'))
  try {
    const path = join(folder, 'model.safetensors')
    await model.save(path)
    return await work(path, await loadModel(path))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** How a ResNet-18 is made for measurements. */
export const widthOf = quick => (quick ? 16 : 64)
