import { join } from 'node:path'
import t from 'tap'
import { smallModel, tampered } from '../facade/small.js'
import { shellacs } from './child.js'

t.test('verify: exit 0 where models are equal, 1 where they are not; text and JSON', async t => {
  const folder = t.testdir({})
  const [a, b] = [join(folder, 'a.safetensors'), join(folder, 'b.safetensors')]
  await (await smallModel()).save(a)
  await tampered(a, b, ({ tensors }) => void tensors.get('layer3.0.conv1.weight')?.data.fill(0))
  const data = ['--data', 'mnist', '--limit', '20', '--quiet']

  const [same, apart, near] = await shellacs([
    ['verify', a, a, ...data],
    ['verify', a, b, ...data, '--json'],
    ['verify', a, b, ...data, '--tolerance', '2'],
  ])
  t.match(same, { code: 0, err: '', out: /equal top-1 +100\.00 %.*equal within the tolerance/s })
  t.match(apart, { code: 1, err: '' })
  t.match(JSON.parse(apart?.out ?? ''), {
    equal: false,
    images: 20,
    firstDifference: { value: 'layer3.0.conv1', op: 'conv2d' },
    a: { name: a, engine: 'shellac' },
  })
  t.match(near, { code: 0 })
})

t.test('verify and inspect: a state dict with --architecture', async t => {
  const folder = t.testdir({})
  const [model, dict] = [join(folder, 'm.safetensors'), join(folder, 'dict.safetensors')]
  const small = await smallModel()
  await small.save(model)
  await small.save(dict, { format: 'state-dict' })
  const architecture = 'resnet18:width=2,channels=1,inputSize=28'
  const args = ['--data', 'mnist', '--limit', '5', '--quiet', '--architecture', architecture]
  const [equal, inspected, unnamed, wrong] = await shellacs([
    ['verify', model, dict, ...args],
    ['inspect', dict, '--architecture', architecture],
    ['inspect', dict],
    ['inspect', dict, '--architecture', 'resnet18:width'],
  ])
  t.match(equal, { code: 0 })
  t.match(inspected, { code: 0, out: /10 classes/ })
  t.match(unnamed, { code: 1, err: /ERR_BAD_MODEL.*--architecture resnet18:width=64/ })
  t.match(wrong, { code: 1, err: /ERR_BAD_OPTION/ })
})

t.test('verify: wrong usage', async t => {
  const [alone, negative] = await shellacs([
    ['verify', 'a', '--data', 'mnist'],
    ['verify', 'a', 'b', '--data', 'mnist', '--tolerance', '-1'],
  ])
  t.match(alone, { code: 2, out: '' })
  t.match(negative, { code: 1, err: /ERR_BAD_OPTION: option "tolerance"/ })
})
