// Against models whose drift is known: a bias was moved by a known amount.
import { join } from 'node:path'
import t from 'tap'
import { unitDrift } from '../../lib/analysis/index.js'
import { createModel, loadModel, quantize, triggers } from '../../lib/index.js'
import type { Safetensors } from '../../lib/model/safetensors/read.js'
import { digits, smallModel, tampered } from '../facade/small.js'

const options = { limit: 200, threads: 1 }
const images = await digits(6)
const model = await smallModel()

/** Adds to one number of a tensor. */
function add({ tensors }: Safetensors, name: string, at: number, what: number): void {
  const { data } = tensors.get(name)!
  const view = new DataView(data.buffer, data.byteOffset)
  view.setFloat32(4 * at, view.getFloat32(4 * at, true) + what, true)
}

t.test(
  'a bias that was moved moves the mean of its own neuron by as much, and nothing else of its unit',
  async t => {
    const folder = t.testdir({})
    const path = join(folder, 'm.safetensors')
    await model.save(path)
    const moved = await tampered(path, join(folder, 'moved.safetensors'), file => {
      add(file, 'fc.bias', 3, 2)
      add(file, 'layer4.1.bn2.bias', 5, -0.25)
    })
    const units = await unitDrift(model, await loadModel(moved), images, options)
    t.strictSame(
      units.map(({ unit }) => unit),
      model.inspect().units.map(({ name }) => name),
    )
    const last = units.find(({ unit }) => unit === 'layer4.1.conv2')!
    t.strictSame(
      last.neurons.map(({ channel }) => channel),
      Array.from({ length: 16 }, (_, at) => at),
    )
    for (const { channel, meanShift, varianceShift, kl } of last.neurons) {
      t.ok(Math.abs(meanShift - (channel === 5 ? -0.25 : 0)) < 1e-5, `channel ${channel}: ${meanShift}`)
      t.ok(Math.abs(varianceShift) < 1e-4)
      t.ok(channel === 5 ? kl > 0.05 : kl === 0)
    }
    t.ok(Math.abs(last.meanShift - 0.25 / 16) < 1e-6, 'the mean of the absolute shifts')
    t.ok(Math.abs(last.kl - last.neurons[5]!.kl / 16) < 1e-9)
    t.match(units.slice(0, 5), Array(5).fill({ kl: 0, meanShift: 0, varianceShift: 0 }), 'nothing before it')
    const logits = units.find(({ unit }) => unit === 'fc')!
    t.ok(Math.abs(logits.neurons[3]!.meanShift - 2) < 0.2, 'the logit, and the little that came through')
  },
)

t.test('a rounded model drifts, with a trigger otherwise than without', async t => {
  const rounded = await quantize(model, images, { weightBits: 2, activationBits: 'none', threads: 1 })
  const benign = await unitDrift(model, rounded, images, options)
  t.ok(benign.every(({ kl }) => kl > 0))
  const triggered = await unitDrift(model, rounded, images, {
    ...options,
    trigger: triggers.square({ size: 9 }),
  })
  t.notSame(benign, triggered)
  t.strictSame(await unitDrift(model, rounded, images, options), benign, 'the same seed')
})

t.test('models that do not belong together are refused', async t => {
  const wider = await createModel('resnet18', { width: 3, channels: 1, inputSize: 28 })
  const other = await createModel('alexnet', { width: 2, channels: 1, inputSize: 28 })
  await t.rejects(unitDrift(model, wider, images), {
    code: 'ERR_BAD_MODEL',
    message: /unit conv1 of shape \[3/,
  })
  await t.rejects(unitDrift(model, other, images), { code: 'ERR_BAD_MODEL', message: /no unit conv1/ })
})
