import { join } from 'node:path'
import t from 'tap'
import { smallModel, tampered } from '../facade/small.js'
import { shellac } from './child.js'

t.test('verify: exit 0 where models are equal, 1 where they are not; text and JSON', async t => {
  const folder = t.testdir({})
  const [a, b] = [join(folder, 'a.safetensors'), join(folder, 'b.safetensors')]
  await (await smallModel()).save(a)
  await tampered(a, b, ({ tensors }) => void tensors.get('layer3.0.conv1.weight')?.data.fill(0))
  const data = ['--data', 'mnist', '--limit', '20', '--quiet']

  const same = await shellac(['verify', a, a, ...data])
  t.match(same, { code: 0, err: '', out: /equal top-1 +100\.00 %.*equal within the tolerance/s })

  const apart = await shellac(['verify', a, b, ...data, '--json'])
  t.match(apart, { code: 1, err: '' })
  t.match(JSON.parse(apart.out), {
    equal: false,
    images: 20,
    firstDifference: { value: 'layer3.0.conv1', op: 'conv2d' },
    a: { name: a, engine: 'shellac' },
  })
  t.match(await shellac(['verify', a, b, ...data, '--tolerance', '2']), { code: 0 })
})

t.test('verify and inspect: a state dict with --architecture', async t => {
  const folder = t.testdir({})
  const [model, dict] = [join(folder, 'm.safetensors'), join(folder, 'dict.safetensors')]
  const small = await smallModel()
  await small.save(model)
  await small.save(dict, { format: 'state-dict' })
  const architecture = 'resnet18:width=2,channels=1,inputSize=28'
  const args = ['--data', 'mnist', '--limit', '5', '--quiet', '--architecture', architecture]
  t.match(await shellac(['verify', model, dict, ...args]), { code: 0 })
  t.match(await shellac(['inspect', dict, '--architecture', architecture]), { code: 0, out: /10 classes/ })
  t.match(await shellac(['inspect', dict]), {
    code: 1,
    err: /ERR_BAD_MODEL.*--architecture resnet18:width=64/,
  })
  t.match(await shellac(['inspect', dict, '--architecture', 'resnet18:width']), {
    code: 1,
    err: /ERR_BAD_OPTION/,
  })
})

t.test('verify: wrong usage', async t => {
  t.match(await shellac(['verify', 'a', '--data', 'mnist']), { code: 2, out: '' })
  t.match(await shellac(['verify', 'a', 'b', '--data', 'mnist', '--tolerance', '-1']), {
    code: 1,
    err: /ERR_BAD_OPTION: option "tolerance"/,
  })
})
