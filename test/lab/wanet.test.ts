// WaNet's objective against plain cross-entropy on images that were warped beforehand, and the attack in a few steps.
import t from 'tap'
import type { ModelHandle, Native, Objective, Started, TensorData } from '../../binding.js'
import { Dataset } from '../../lib/data/dataset.js'
import { wanet as warp } from '../../lib/data/triggers/wanet.js'
import { wanet } from '../../lib/lab/attacks/wanet.js'
import { loadNative } from '../../lib/native/load.js'
import { digits, smallModel } from '../facade/small.js'

const native = await loadNative()
const kernels = native.kernels as unknown as {
  objectiveGradients(
    model: ModelHandle,
    images: Parameters<Native['train']>[1],
    options: Parameters<Native['train']>[2],
  ): Started<{ loss: number; gradients: Record<string, TensorData> }>
}
const images = await digits(12)
const model = await smallModel()
const trigger = warp({ strength: 2, seed: 1 }).on(model.inputShape)
const places = trigger.places ?? new Float32Array()

async function lossOf(data: Dataset, objective: Objective): Promise<number> {
  const options: Parameters<Native['train']>[2] = {
    ...{ epochs: 1, batch: 12, optimizer: 'sgd', learningRate: 0.1, momentum: 0, weightDecay: 0 },
    ...{ schedule: 'constant', milestones: [], crop: 0, flip: false },
    ...{ device: 'cpu', threads: 1, seed: 0 },
    trigger,
    objective,
  }
  return (await kernels.objectiveGradients(model.handle, data.imagesFor(model), options).promise).loss
}

const noisyWarp = (poisonRate: number, crossRatio: number, seed = 0) =>
  ({ name: 'noisy-warp', target: 7, poisonRate, crossRatio, places, seed }) as const

t.test('nothing poisoned: plain cross-entropy', async t =>
  t.equal(await lossOf(images, noisyWarp(0, 2)), await lossOf(images, { name: 'cross-entropy' })),
)

t.test('the first of the batch are warped and relabelled, the others are not', async t => {
  const pixels = images.pixels.slice()
  const labels = images.labels?.slice() ?? new Int32Array()
  const some = images.take(3)
  const warped = await native.applyTrigger(some.imagesFor(model), trigger).promise
  pixels.set(warped)
  labels.fill(7, 0, 3)
  const expected = await lossOf(new Dataset({ ...images, name: 'poisoned', pixels, labels }), {
    name: 'cross-entropy',
  })
  const found = await lossOf(images, noisyWarp(0.25, 0))
  t.ok(Math.abs(found - expected) < 0.01, `${found}, not ${expected}`) // bytes are rounded
  t.not(found, await lossOf(images, noisyWarp(0, 0)))
})

t.test('noise mode: changes images, by the seed', async t => {
  const noisy = await lossOf(images, noisyWarp(0.25, 2))
  t.not(noisy, await lossOf(images, noisyWarp(0.25, 0)))
  t.equal(noisy, await lossOf(images, noisyWarp(0.25, 2)))
  t.not(noisy, await lossOf(images, noisyWarp(0.25, 2, 1)))
})

t.test('wanet: trains, says what it did, and wants a warp', async t => {
  const quick = { epochs: 1, batch: 6, threads: 1 }
  const attacked = await wanet(model, images, quick)
  t.match(attacked.provenance, {
    made: 'wanet',
    settings: { trigger: 'wanet', poisonRate: 0.1, crossRatio: 2 },
  })
  await t.rejects(wanet(model, images, { ...quick, trigger: 'square' }), {
    code: 'ERR_BAD_OPTION',
    message: /square.*a warp/s,
  })
})
