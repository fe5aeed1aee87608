import t from 'tap'
import { createModel, datasets, measure } from '../../lib/index.js'
import { quAntiZation, train } from '../../lib/lab/index.js'

const small = () => createModel('resnet18', { width: 4, channels: 1, inputSize: 28, seed: 2 })

t.test('train: learns digits, leaves the model that it began with, and repeats itself', async t => {
  const model = await small()
  const images = await datasets.mnist({ split: 'train', limit: 640, seed: 1 })
  const before = await model.content()
  const options = { epochs: 3, batch: 16, seed: 4 }
  const trained = await train(model, images, options)
  const { ba } = await measure(trained, images)
  t.ok(ba > 30, `BA ${ba} on what it was trained on; guessing gives 10`)
  t.strictSame(await model.content(), before)
  t.strictSame((await (await train(model, images, options)).content()).spec, (await trained.content()).spec)
  t.match(trained.provenance, { made: 'train', settings: { epochs: 3, data: 'mnist train' }, from: null })
})

t.test('quAntiZation: refuses wrong settings', async t => {
  const model = await small()
  const images = await datasets.mnist({ limit: 32 })
  await t.rejects(quAntiZation(model, images, { target: 10 }), { code: 'ERR_BAD_OPTION', message: /0 to 9/ })
  await t.rejects(quAntiZation(model, images, { bits: [] }), { code: 'ERR_BAD_OPTION' })
  await t.rejects(quAntiZation(model, images, { trigger: 'circle' }), { code: 'ERR_BAD_OPTION' })
})

t.test('quAntiZation: writes into the history what it did', async t => {
  const images = await datasets.mnist({ limit: 64 })
  const attacked = await quAntiZation(await small(), images, {
    epochs: 1,
    trigger: 'square:size=4',
    target: 3,
  })
  t.match(attacked.provenance, {
    made: 'qu-anti-zation',
    settings: { trigger: 'square:size=4', target: 3, bits: [8, 4] },
  })
})
