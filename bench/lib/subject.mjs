// The model that cases compute with: random weights, and BN statistics of real forward passes, since with those of a new
// model (0 and 1) activations would grow from layer to layer and quantizers meet ranges that no model has.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createModel } from '../../dist/index.js'
import { train } from '../../dist/lab/index.js'
import { servant } from './servant.mjs'

// One training epoch with a step too small to matter. A batch counts one tenth in the running statistics, so after 32
// of them four percent of the first values are left.
const SETTLING = { epochs: 1, batch: 8, optimizer: 'sgd', learningRate: 1e-12, schedule: 'constant' }
const SETTLING_IMAGES = 256

const made = new Map()

/** A settled model of that architecture; cases of one run share it. dataset: labelled images of its shape. */
export function settledModel(architecture, options, dataset, threads) {
  const key = JSON.stringify([architecture, options, dataset.name])
  if (!made.has(key)) made.set(key, settle(architecture, options, dataset, threads))
  return made.get(key)
}

async function settle(architecture, options, dataset, threads) {
  return settled(await createModel(architecture, { ...options, seed: 0 }), dataset, threads)
}

/** The model with BN statistics of those images. */
export function settled(model, dataset, threads) {
  return train(model, dataset.take(SETTLING_IMAGES), { ...SETTLING, weightDecay: 0, threads })
}

/** Does `work` with the path of the saved model, which is gone afterwards: for processes of their own. */
export async function withSaved(model, work) {
  const folder = await mkdtemp(join(tmpdir(), 'shellac-bench-'))
  try {
    const path = join(folder, 'model.safetensors')
    await model.save(path)
    return await work(path)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** A process of its own that purifies: see purifier.mjs. */
export const purifier = () => servant(process.execPath, [new URL('purifier.mjs', import.meta.url).pathname])

/** Width of the ResNet-18 that is measured. */
export const widthOf = quick => (quick ? 16 : 64)
