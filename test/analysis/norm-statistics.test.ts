// Against the numbers in the file, and a convolution by plain loops.
import { join } from 'node:path'
import t from 'tap'
import { normStatistics } from '../../lib/analysis/index.js'
import { createModel, quantize } from '../../lib/index.js'
import { readSafetensors } from '../../lib/model/safetensors/read.js'
import { digits, smallModel } from '../facade/small.js'
import { columnsOf } from '../oracles/convolution.js'

const images = await digits(4)
const model = await smallModel()

const floats = (data: Uint8Array) => [...new Float32Array(data.slice().buffer)]
const near = (one: number, other: number, within = 1e-4) => Math.abs(one - other) < within

t.test('the running statistics are those of the file, the given ones those of what the BN reads', async t => {
  const path = join(t.testdir({}), 'm.safetensors')
  await model.save(path)
  const { tensors } = await readSafetensors(path)
  const of = (name: string) => floats(tensors.get(name)!.data)
  const [first] = await normStatistics(model, images, { units: ['conv1'], threads: 1 })
  const { mean, deviation } = images.normalization
  const weight = of('conv1.weight')
  const read = [0, 1, 2, 3].flatMap(image => {
    const pixels = [...images.pixels.subarray(784 * image, 784 * (image + 1))]
    const x = pixels.map(pixel => (pixel / 255 - mean[0]!) / deviation[0]!)
    const [columns] = columnsOf(x, [1, 28, 28], { shape: [2, 1, 3, 3], padding: 1 })
    return columns!
  })
  for (const [channel, { running, given }] of first!.channels.entries()) {
    t.ok(near(running.mean, of('bn1.running_mean')[channel]!, 1e-6))
    t.ok(near(running.variance, of('bn1.running_var')[channel]!, 1e-6))
    const values = read.map(column =>
      column.reduce((sum, value, k) => sum + value * weight[9 * channel + k]!, 0),
    )
    const average = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1)
    t.ok(near(given.mean, average), `${given.mean} is ${average}`)
    t.ok(near(given.variance, variance), `${given.variance} is ${variance}`)
  }
})

t.test('every unit with a BN, also of a quantized model; PDA brings them nearer', async t => {
  const rounded = await quantize(model, images, { weightBits: 4, activationBits: 'none', threads: 1 })
  const found = await normStatistics(rounded, images, { limit: 100, pdaBound: 0.02, threads: 1 })
  const withNorm = rounded.inspect().units.filter(({ batchNorm }) => batchNorm !== null)
  t.strictSame(
    found.map(({ unit }) => unit),
    withNorm.map(({ name }) => name),
  )
  for (const { unit, before, after } of found) t.ok(after < before, unit)
  t.notSame(found[3]!.channels[0]!.moved, found[3]!.channels[0]!.given)
})

t.test('what has no BN is refused', async t => {
  const plain = await createModel('alexnet', { width: 2, channels: 1, inputSize: 28 })
  await t.rejects(normStatistics(plain, images), { code: 'ERR_BAD_MODEL', message: /no BN/ })
  await t.rejects(normStatistics(model, images, { units: ['fc'] }), { code: 'ERR_BAD_OPTION' })
})
