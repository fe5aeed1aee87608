// Exported models on onnxruntime-node against our own forward pass.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { createModel, datasets, loadModel, quantize } from '../../../lib/index.js'
import { compare, parity, withoutRuntime } from './runtime.js'

const committed = fileURLToPath(
  new URL('../../../examples/models/mnist-qu-anti-zation.safetensors', import.meta.url),
)
const model = await loadModel(committed)
const digits = await datasets.mnist({ split: 'test', limit: 1000 })
const [mean = 0] = model.normalization?.mean ?? []
const [deviation = 1] = model.normalization?.deviation ?? []
const images = Float32Array.from(digits.pixels, pixel => (pixel / 255 - mean) / deviation)

t.test('full precision: the same logits', { skip: withoutRuntime }, async t => {
  const path = join(t.testdir({}), 'm.onnx')
  await model.save(path)
  const found = await parity(model, path, images.subarray(0, 256 * 784), [256, 1, 28, 28])
  t.ok(found.difference <= 1e-4, `${found.difference}`)
})

const quantizers = [
  { count: 200, weightBits: 4, activationBits: 'none', quantizer: 'attacker' },
  { count: 1000, weightBits: 8, activationBits: 8, quantizer: 'attacker' },
  { count: 1000, weightBits: 4, activationBits: 4, quantizer: 'mse' },
  { count: 200, weightBits: 3, activationBits: 5, quantizer: 'minmax' },
] as const

for (const { count, ...settings } of quantizers) {
  const { weightBits, activationBits, quantizer } = settings
  t.test(
    `W${weightBits}A${activationBits}, ${quantizer}: the same classes`,
    { skip: withoutRuntime },
    async t => {
      const quantized = await quantize(model, await datasets.mnist({ split: 'train', limit: 64 }), {
        ...settings,
        threads: 1,
      })
      const path = join(t.testdir({}), 'm.onnx')
      await quantized.save(path)
      const { agreement } = await parity(quantized, path, images.subarray(0, count * 784), [count, 1, 28, 28])
      t.ok(agreement >= 0.999, `${agreement}`)
    },
  )
}

const noise = (count: number) => Float32Array.from({ length: count }, (_, at) => Math.sin(at * 12.9898) * 2)

for (const [architecture, options] of [
  ['vgg19Bn', { width: 2, inputSize: 32 }],
  ['mobilenetV2', { width: 4, inputSize: 32 }],
  ['resnet18', { width: 2, stem: 'imagenet', inputSize: 64 }],
  ['alexnet', { width: 4, inputSize: 64 }],
  ['preactResnet18', { width: 2 }],
  ['vit', { width: 16, depth: 2, heads: 2, patch: 8 }],
  ['efficientvit', { width: 2 }],
] as const) {
  t.test(`${architecture}: the same logits`, { skip: withoutRuntime }, async t => {
    const model = await createModel(architecture, { ...options, seed: 1 })
    const path = join(t.testdir({}), 'm.onnx')
    await model.save(path)
    const shape = [4, ...model.inputShape]
    const data = noise(shape.reduce((a, b) => a * b))
    const { difference } = await parity(model, path, data, shape)
    t.ok(difference <= 1e-4, `${difference}`)
    const back = await loadModel(path)
    const [ours, theirs] = [
      await model.forward(data, shape, { threads: 1 }),
      await back.forward(data, shape, { threads: 1 }),
    ]
    t.ok(compare(ours.data, theirs.data, model.outputs).difference <= 1e-5, 'read back')
    t.equal(back.inspect().units.length, model.inspect().units.length)
  })
}

for (const activationBits of ['none', 8] as const) {
  t.test(`a transformer, W4A${activationBits}`, { skip: withoutRuntime }, async t => {
    const model = await createModel('vit', {
      channels: 1,
      inputSize: 28,
      patch: 7,
      width: 16,
      depth: 2,
      seed: 1,
    })
    const data = await datasets.mnist({ split: 'train', limit: 32 })
    const bits = { weightBits: 4, activationBits, quantizer: 'minmax', threads: 1 } as const
    const quantized = await quantize(model, data, bits)
    const path = join(t.testdir({}), 'm.onnx')
    await quantized.save(path)
    const { difference } = await parity(quantized, path, images.subarray(0, 20 * 784), [20, 1, 28, 28])
    t.ok(difference <= (activationBits === 'none' ? 1e-4 : 5e-2), `${difference}`)
  })
}
