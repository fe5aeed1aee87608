import t from 'tap'
import { Dataset, datasets, type Model, measure, quantize, triggers } from '../../lib/index.js'
import { predictions } from '../../lib/lab/predict.js'
import { digits, smallModel } from './small.js'

const SIZE = 5
const MARGIN = 2

/** The trigger by plain loops on bytes. */
function triggered(images: Dataset): Dataset {
  const pixels = images.pixels.slice()
  for (let image = 0; image < images.count; image++)
    for (let y = 28 - MARGIN - SIZE; y < 28 - MARGIN; y++)
      for (let x = 28 - MARGIN - SIZE; x < 28 - MARGIN; x++) pixels[image * 784 + y * 28 + x] = 255
  return new Dataset({ ...images, pixels, name: 'triggered' })
}

/** BA, ASR and RA by counting. */
async function counted(model: Model, images: Dataset, target: number) {
  const labels = [...(images.labels ?? [])]
  const benign = await predictions(model, images)
  const fooled = await predictions(model, triggered(images))
  const others = labels.flatMap((label, at) => (label === target ? [] : [at]))
  return {
    ba: (100 * labels.filter((label, at) => benign[at] === label).length) / labels.length,
    asr: (100 * others.filter(at => fooled[at] === target).length) / others.length,
    ra: (100 * others.filter(at => fooled[at] === labels[at]).length) / others.length,
    samples: labels.length,
    triggered: others.length,
  }
}

t.test('measure: what counting the predictions gives', async t => {
  const model = await smallModel()
  const images = await datasets.mnist({ split: 'test', limit: 150 })
  const trigger = triggers.square({ size: SIZE, margin: MARGIN, value: 1 })
  for (const target of [0, 4]) {
    for (const which of [model, await quantize(model, await digits(64))]) {
      const expected = await counted(which, images, target)
      t.match(await measure(which, images, { trigger, target, batch: 64 }), expected)
    }
  }
})

t.test('measure: without a trigger BA alone; with a reference DER', async t => {
  const model = await smallModel()
  const images = await digits(50)
  t.match(await measure(model, images), { samples: 50, triggered: 0, asr: null })
  const both = { trigger: triggers.square(), target: 1, reference: model }
  t.match(await measure(model, images, both), { der: 50 }, 'a model against itself: nothing changed')
})

t.test('measure: refuses what it cannot measure', async t => {
  const model = await smallModel()
  const images = await digits(20)
  const trigger = triggers.square()
  await t.rejects(measure(model, images, { trigger }), {
    code: 'ERR_BAD_OPTION',
    message: /trigger and target together/,
  })
  await t.rejects(measure(model, images, { target: 0 }), { code: 'ERR_BAD_OPTION' })
  await t.rejects(measure(model, images, { trigger, target: 10 }), {
    code: 'ERR_BAD_OPTION',
    message: /class 10; expected 0 to 9/,
  })
  await t.rejects(measure(model, images, { trigger, target: -1 }), { code: 'ERR_BAD_OPTION' })
  await t.rejects(measure(model, new Dataset({ ...images, labels: null, name: 'bare' })), {
    code: 'ERR_BAD_DATA',
  })
  const foreign = new Dataset({
    ...images,
    labels: new Int32Array(20).fill(10),
    classes: Array(11).fill('x'),
    name: 'f',
  })
  await t.rejects(measure(model, foreign), {
    code: 'ERR_BAD_DATA',
    message: /class 10 of 11; expected 0 to 9/,
  })
})
