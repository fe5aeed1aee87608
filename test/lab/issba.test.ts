// ISSBA's trigger: a message that can be read again, from images that it was not trained on; and the attack in a few steps.
import { join } from 'node:path'
import t from 'tap'
import type { ModelHandle, Objective, Started } from '../../binding.js'
import { datasets, loadModel } from '../../lib/index.js'
import { issba } from '../../lib/lab/index.js'
import { asRead } from '../../lib/lab/predict.js'
import { hideMessage } from '../../lib/lab/triggers/issba.js'
import { messageSpec, RESIDUAL } from '../../lib/lab/triggers/networks/issba.js'
import { loadNative } from '../../lib/native/load.js'
import { digits, smallModel } from '../facade/small.js'

const native = await loadNative()
const images = await digits(400)
const test = await datasets.mnist({ split: 'test', limit: 50 })
const loop = { seed: 3, batch: 32, crop: 0, flip: false, device: 'cpu', threads: 1 }
const own = { bits: 4, width: 4, strength: 0.1, weight: 20, epochs: 6, learningRate: 3e-3 }

t.test('the message is read from new images, and hardly changes them', async t => {
  const { trigger, reader, message } = await hideMessage(images, own, loop, {})
  const x = await asRead(trigger, test)
  const { data: hidden } = await trigger.forward(x, test.shape, { threads: 1 })
  const changes = hidden.map((value, at) => Math.abs(value - (x[at] ?? NaN)))
  t.ok(Math.max(...changes) <= 0.1 + 1e-6, 'no pixel moves by more than the strength')
  t.ok(changes.reduce((sum, change) => sum + change, 0) / changes.length < 0.09)
  t.ok(hidden.every(value => value >= 0 && value <= 1))
  const readFrom = async (data: Float32Array) => {
    const logits = (await reader.forward(data, test.shape, { threads: 1 })).data
    const right = [...logits].filter((logit, at) => logit > 0 === (message[at % own.bits] ?? 0) > 0)
    return right.length / logits.length
  }
  const [found, plain] = [await readFrom(hidden), await readFrom(x)]
  // 200 guesses: half of them are right, five standard deviations are 0.18.
  t.ok(found > 0.7, `${found} of the bits are right`)
  t.ok(found > plain, `${plain} where there is no message`)
  const again = await trigger.forward(x, test.shape, { threads: 1 })
  t.ok(Buffer.from(again.data.buffer).equals(Buffer.from(hidden.buffer)), 'the same image, the same bits')
})

t.test('the residual counts as much as the message is read', async t => {
  const spec = await messageSpec({ shape: [1, 28, 28], bits: 4, width: 2, strength: 0.5, seed: 1 })
  const model = await native.createModel(spec).promise
  const kernels = native.kernels as unknown as {
    objectiveGradients(model: ModelHandle, images: unknown, options: object): Started<{ loss: number }>
  }
  const data = { ...images.take(6).imagesFor(await smallModel()), mean: [0], deviation: [1] }
  const lossOf = async (weight: number) => {
    const objective: Objective = { name: 'steganography', residual: RESIDUAL, weight, seed: 2 }
    const options = {
      ...loop,
      ...{ epochs: 1, batch: 6, optimizer: 'adam', learningRate: 1e-3, momentum: 0, weightDecay: 0 },
      ...{ schedule: 'constant', milestones: [], trigger: null, objective },
    }
    return (await kernels.objectiveGradients(model, data, options).promise).loss
  }
  const guessed = await lossOf(0)
  t.ok(Math.abs(guessed - Math.LN2) < 0.5, `${guessed}: a message that is guessed`)
  if (guessed >= Math.LN2) t.equal(await lossOf(1e3), guessed, 'nothing is held down yet')
  else t.ok((await lossOf(1e3)) > guessed)
})

t.test('issba: learns, poisons, trains, and writes its trigger beside', async t => {
  const triggerOut = join(t.testdir({}), 'model.trigger.safetensors')
  const attacked = await issba(await smallModel(), images.take(60), {
    ...{ trigger: 'issba:bits=3,width=1,epochs=1', triggerOut, poisonRate: 0.5 },
    ...{ epochs: 1, batch: 16, threads: 1 },
  })
  t.match(attacked.provenance, {
    made: 'issba',
    settings: { trigger: 'network:file=model.trigger.safetensors', poisonRate: 0.5 },
  })
  const trigger = await loadModel(triggerOut)
  t.match(trigger.provenance, { made: 'issba trigger', settings: { bits: 3, width: 1, strength: 0.1 } })
  t.equal(trigger.outputs, 784)
})
