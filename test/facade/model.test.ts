import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { createModel, loadModel, Model, QuantizedModel } from '../../lib/index.js'
import { writeSafetensors } from '../../lib/model/safetensors/write.js'
import { smallModel } from './small.js'

const noise = (count: number) => Float32Array.from({ length: count }, (_, at) => Math.sin(at * 12.9898) * 2)

t.test('inspect: layers, units and sizes', async t => {
  const found = (await smallModel()).inspect()
  t.strictSame(found.inputShape, [1, 28, 28])
  t.equal(found.outputs, 10)
  t.equal(found.units.length, 21, 'ResNet-18: 20 convolutions and the classifier')
  t.equal(found.units.filter(unit => unit.batchNorm).length, 20)
  t.equal(found.layers.filter(layer => layer.quantized).length, 21)
  t.equal(found.quantization, null)
  t.equal(found.layers.find(layer => layer.name === 'conv1')?.parameters, 18)
})

t.test('forward: each image by itself gives what the batch gives', async t => {
  const model = await smallModel()
  const data = noise(3 * 784)
  const { data: together, shape } = await model.forward(data, [3, 1, 28, 28])
  t.strictSame(shape, [3, 10])
  for (let image = 0; image < 3; image++) {
    const { data: alone } = await model.forward(data.slice(image * 784, (image + 1) * 784), [1, 1, 28, 28])
    const largest = Math.max(...together.map(Math.abs))
    alone.forEach((logit, at) => {
      const difference = Math.abs(logit - (together[image * 10 + at] ?? 0))
      if (!(difference <= 1e-5 * largest)) t.fail(`image ${image}, logit ${at}: ${difference}`)
    })
  }
})

t.test('forward: refuses another shape or length', async t => {
  const model = await smallModel()
  const bad = { code: 'ERR_BAD_DATA', message: /expected a Float32Array of shape \[n, 1, 28, 28\]/ }
  await t.rejects(model.forward(noise(784), [1, 28, 28]), bad)
  await t.rejects(model.forward(noise(783), [1, 1, 28, 28]), bad)
  await t.rejects(model.forward(noise(0), [0, 1, 28, 28]), bad)
  await t.rejects(model.forward([1] as unknown as Float32Array, [1, 1, 28, 28]), bad)
  await t.rejects(model.forward(noise(784), [1, 1, 28, 28], { device: 'cuda:99' }), { code: 'ERR_DEVICE' })
  await t.rejects(model.forward(noise(784), [1, 1, 28, 28], { signal: AbortSignal.abort() }), {
    code: 'ERR_ABORTED',
  })
})

t.test('save and loadModel: the same model, the same bytes', async t => {
  const folder = t.testdir({})
  const model = await smallModel()
  const [one, two] = [join(folder, 'one.safetensors'), join(folder, 'two.safetensors')]
  await model.save(one)
  const back = await loadModel(one)
  t.type(back, Model)
  t.notOk(back instanceof QuantizedModel)
  await back.save(two)
  t.ok((await readFile(one)).equals(await readFile(two)))
  const data = noise(784)
  t.strictSame(await back.forward(data, [1, 1, 28, 28]), await model.forward(data, [1, 1, 28, 28]))
})

t.test('save: refuses what it cannot write, and leaves nothing behind', async t => {
  const folder = t.testdir({})
  const model = await smallModel()
  await t.rejects(model.save(join(folder, 'm.h5')), {
    code: 'ERR_BAD_OPTION',
    message: /\.safetensors or \.onnx/,
  })
  await t.rejects(model.save(join(folder, 'no', 'm.safetensors')), {
    code: 'ERR_BAD_OPTION',
    message: /mkdir/,
  })
  t.strictSame(await readdir(folder), [])
})

t.test('loadModel: a state dict needs its architecture', async t => {
  const path = join(t.testdir({}), 'dict.safetensors')
  const model = await smallModel()
  const { spec } = await model.content()
  const tensors = new Map(
    Object.entries(spec.tensors).map(([name, { shape, data }]) => [name, { dtype: 'F32', shape, data }]),
  )
  tensors.set('bn1.num_batches_tracked', { dtype: 'I64', shape: [], data: new Uint8Array(8) })
  await writeSafetensors(path, { metadata: {}, tensors })
  await t.rejects(loadModel(path), { code: 'ERR_BAD_MODEL', message: /a state dict/ })
  const architecture = { name: 'resnet18', width: 2, channels: 1, inputSize: 28 }
  const loaded = await loadModel(path, { architecture })
  const data = noise(784)
  t.strictSame(await loaded.forward(data, [1, 1, 28, 28]), await model.forward(data, [1, 1, 28, 28]))
  await t.rejects(loadModel(path, { architecture: { ...architecture, width: 4 } }), {
    code: 'ERR_BAD_MODEL',
    message: /of another shape: conv1\.weight \[2,1,3,3\] instead of \[4,1,3,3\]/,
  })
  await t.rejects(loadModel(path, { inputShape: [1] }), { code: 'ERR_BAD_OPTION' })
})

t.test('createModel: the same seed, the same weights; errors carry the line of the call', async t => {
  const bytes = async (seed: number) => {
    const { spec } = await (await createModel('resnet18', { width: 1, seed })).content()
    return Buffer.from(spec.tensors['fc.weight']?.data ?? [])
  }
  t.ok((await bytes(1)).equals(await bytes(1)))
  t.notOk((await bytes(1)).equals(await bytes(2)))
  const error = await createModel('resnet18', { width: 0 }).catch(error => error)
  t.match(error, { code: 'ERR_BAD_OPTION', stack: /model\.test/ })
})
