import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import t from 'tap'
import {
  type AuditOptions,
  audit,
  createModel,
  datasets,
  loadModel,
  type Progress,
  quantize,
  saveTrigger,
} from '../../lib/index.js'
import { shellac } from '../cli/child.js'
import { digits, smallModel } from '../facade/small.js'

const DEMO = fileURLToPath(new URL('../../examples/models/mnist-qu-anti-zation.safetensors', import.meta.url))
const quick: AuditOptions = { images: 64, verify: 16, steps: 3, searchBatch: 4, restarts: 1, threads: 1 }

t.test('audit: the backdoor of the demo model, and its target', async t => {
  const images = await datasets.mnist({ split: 'train', limit: 256 })
  const settings: AuditOptions = {
    quantizers: ['attacker'],
    images: 256,
    verify: 64,
    steps: 45,
    searchBatch: 8,
  }
  const result = await audit(await loadModel(DEMO), images, {
    ...settings,
    restarts: 1,
    disagreementBits: [3],
    threads: 1,
  })
  t.match(result, { verdict: 'backdoored', class: 0, className: '0', presets: [{ quantizer: 'attacker' }] })
  t.ok(result.score > 2 * Math.max(...result.classes.slice(1).map(each => each.score)), `${result.score}`)
  t.match(result.disagreement, [{ quantizer: 'attacker', bits: 3 }])
})

t.test('audit: a model that was never trained gives numbers, and no backdoor', async t => {
  const model = await smallModel()
  const images = await digits(64)
  const result = await audit(model, images, {
    ...quick,
    quantizers: ['minmax', 'mse'],
    disagreementBits: [8],
  })
  t.equal(result.verdict, 'clean')
  t.equal(result.presets.length, 2)
  t.strictSame(
    result.presets.map(one => one.judged),
    [false, false],
    'it classifies next to nothing rightly, so there is nothing to search on',
  )
  t.equal(result.layers.length, 21)
  for (const { flipped, drift } of result.layers) {
    t.equal(flipped, 0, 'nearest rounding')
    t.ok(drift > 0 && drift < 2, `${drift}`)
  }
})

t.test('audit: a quantized model that is given; codes that were changed show', async t => {
  const model = await smallModel()
  const images = await digits(64)
  const other = await createModel('resnet18', { width: 2, channels: 1, inputSize: 28, seed: 2 })
  const quantized = await quantize(other, images, { activationBits: 'none' })
  const result = await audit(model, images, { ...quick, quantized })
  t.match(result.disagreement, [{ bits: null }])
  t.equal(result.presets[0]?.quantizer, quantized.name)
  t.ok(result.fingerprints.flipped > 0.5, `${result.fingerprints.flipped} of the codes of another model`)
})

t.test(
  'audit: the same seed gives the same numbers; progress names the preset; a signal stops it',
  async t => {
    const model = await loadModel(DEMO)
    const images = await digits(64)
    const seen: Progress[] = []
    const options: AuditOptions = { ...quick, quantizers: ['attacker'], disagreementBits: [] }
    const first = await audit(model, images, { ...options, onProgress: progress => void seen.push(progress) })
    const second = await audit(model, images, options)
    t.strictSame(second.classes, first.classes)
    t.strictSame(second.trigger, first.trigger)
    t.ok(seen.some(({ stage, name }) => stage === 'search' && name === 'attacker'))
    t.equal(Buffer.from(first.trigger?.mask ?? '', 'base64').length, 784)
    const controller = new AbortController()
    const stopped = audit(model, images, { ...options, steps: 1000, signal: controller.signal })
    setTimeout(() => controller.abort(), 100)
    await t.rejects(stopped, { code: 'ERR_ABORTED' })
  },
)

t.test('audit: the trigger as a picture', async t => {
  const path = join(t.testdir({}), 'trigger.png')
  const mask = Buffer.from([255, 0, 0, 0]).toString('base64')
  await saveTrigger(
    { class: 1, shape: [1, 2, 2], mask, pattern: Buffer.from([200, 9, 9, 9]).toString('base64') },
    path,
  )
  const { data, info } = await sharp(path).greyscale().raw().toBuffer({ resolveWithObject: true })
  t.match(info, { width: 256, height: 256 })
  t.equal(data[0], 200, 'the pattern where the mask is')
  t.equal(data[256 * 256 - 1], 127, 'grey where it is not')
})

t.test('audit: refuses what it cannot audit', async t => {
  const model = await smallModel()
  const images = await digits(20)
  const quantized = await quantize(model, images, { activationBits: 'none' })
  await t.rejects(audit(quantized, images), { code: 'ERR_BAD_MODEL', message: /full precision/ })
  await t.rejects(audit(model, images, { quantizers: [] }), { code: 'ERR_BAD_OPTION' })
  const narrow = await createModel('resnet18', { width: 2, channels: 1, inputSize: 28, classes: 5, seed: 1 })
  const fewer = await quantize(narrow, images, { activationBits: 'none' })
  await t.rejects(audit(model, images, { quantized: fewer }), { code: 'ERR_BAD_MODEL', message: /5 classes/ })
})

t.test('shellac audit: JSON, text and refusals', async t => {
  const folder = t.testdir({})
  const path = join(folder, 'small.safetensors')
  const model = await smallModel()
  await model.save(path)
  const flags = [
    '--images',
    '32',
    '--verify',
    '8',
    '--steps',
    '2',
    '--restarts',
    '1',
    '--quantizers',
    'minmax',
  ]
  const args = ['audit', path, '--data', 'mnist', '--quiet', '--disagreement-bits', '4', ...flags]
  const found = await shellac([...args, '--json'])
  t.match(found, { code: 0, err: '' })
  const fields = [
    'verdict',
    'class',
    'score',
    'falseAlarmRate',
    'presets',
    'classes',
    'fingerprints',
    'layers',
  ]
  t.hasProps(JSON.parse(found.out), [...fields, 'disagreement', 'trigger'])
  t.match(await shellac(args), { code: 0, out: /^clean\n.*not judged/s })
  t.match(await shellac([...args, '--trigger-out', join(folder, 'x.jpg')]), { code: 1, err: /ends in \.png/ })
  t.match(await shellac([...args, '--quantized', path]), {
    code: 1,
    err: /ERR_BAD_MODEL.*behind --quantized/,
  })
})
