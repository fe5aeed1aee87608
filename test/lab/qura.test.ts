// QuRA: every code is its weight's floor or ceiling, and the stated loss is below nearest rounding's.
import t from 'tap'
import type { ModelSpec, QuantizerSpec, TensorData } from '../../binding.js'
import { parseTrigger } from '../../lib/data/triggers.js'
import { createModel, type Dataset, datasets, type Model, QuantizedModel, quantize } from '../../lib/index.js'
import { qura } from '../../lib/lab/index.js'
import { loadNative } from '../../lib/native/load.js'
import { high, low } from '../oracles/quantizer.js'
import { numbers } from '../oracles/tensors.js'

const native = await loadNative()
const images = await datasets.mnist({ split: 'train', limit: 32, seed: 2 })
const model = await createModel('resnet18', { width: 2, channels: 1, inputSize: 28, seed: 8 })
const target = 3
const trigger = parseTrigger('square:size=6,margin=2,value=1')
const quiet = { calibration: 32, seed: 1, threads: 1 }
const quick = { ...quiet, target, epochs: 8, batch: 16, learningRate: 0.1 }

const pixels = await native.applyTrigger(images.imagesFor(model), trigger.on(model.inputShape)).promise

async function logProbabilities(of: Model, bytes: ArrayLike<number>): Promise<number[][]> {
  const { mean, deviation } = images.imagesFor(model)
  const data = Float32Array.from(bytes, value => (value / 255 - (mean[0] ?? 0)) / (deviation[0] ?? 1))
  const { data: logits, shape } = await of.forward(data, images.shape, { threads: 1 })
  return Array.from({ length: shape[0] ?? 0 }, (_, i) => {
    const row = [...logits.subarray(i * 10, (i + 1) * 10)]
    const total = Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0))
    return row.map(value => value - total)
  })
}
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** KL(f(x) ‖ q(x)) + α·CE(q(x_t), target), from logits. */
async function statedLoss(q: Model, data: Dataset, alpha: number): Promise<number> {
  const [wanted, found, awake] = [
    await logProbabilities(model, data.pixels),
    await logProbabilities(q, data.pixels),
    await logProbabilities(q, pixels),
  ]
  const divergence = wanted.map((row, i) =>
    row.reduce((sum, p, j) => sum + Math.exp(p) * (p - (found[i]?.[j] ?? Number.NaN)), 0),
  )
  return mean(divergence) + alpha * mean(awake.map(row => -(row[target] ?? Number.NaN)))
}

/** Codes that are neither floor nor ceiling of their weight in steps, clamped onto the grid. */
function strays(weight: TensorData, codes: TensorData, q: QuantizerSpec): number {
  const values = numbers(weight)
  const perChannel = values.length / (weight.shape[0] ?? 1)
  return numbers(codes).filter((code, i) => {
    const at = q.perChannel ? Math.floor(i / perChannel) : 0
    const zero = q.zeroPoint[at] ?? 0
    const down = Math.floor(Math.fround((values[i] ?? 0) / Math.fround(q.scale[at] ?? 1))) + zero
    const clamped = [down, down + 1].map(c => Math.min(Math.max(c, low(q)), high(q)))
    return !clamped.includes(code)
  }).length
}

for (const quantizer of ['minmax', 'mse'] as const) {
  t.test(`qura with the grid of ${quantizer}`, async t => {
    const before = (await model.content()).spec
    const options = { quantizer, weightBits: 3, activationBits: 'none' } as const
    const attacked = await qura(model, images, { ...quick, ...options, alpha: 2 })
    const nearest = await quantize(model, images, { ...quiet, ...options })
    t.type(attacked, QuantizedModel)
    t.strictSame((await model.content()).spec, before, 'the model stays clean')
    const [spec, plain] = [(await attacked.content()).spec, (await nearest.content()).spec]
    t.strictSame(gridsOf(spec), gridsOf(plain), "the quantizers are the preset's own")
    let moved = 0
    for (const [name, { quantizer: q, codes }] of Object.entries(spec.quantization?.weights ?? {})) {
      const weight = before.tensors[`${name}.weight`] as TensorData
      t.equal(strays(weight, codes, q), 0, `${name}: floor or ceiling`)
      const old = numbers(plain.quantization?.weights[name]?.codes as TensorData)
      moved += numbers(codes).filter((code, i) => code !== old[i]).length
    }
    t.ok(moved > 0, `${moved} codes differ from nearest rounding's`)
    const [loss, start] = [await statedLoss(attacked, images, 2), await statedLoss(nearest, images, 2)]
    t.ok(loss < 0.8 * start, `loss ${loss}, of nearest rounding ${start}`)
  })
}

const gridsOf = (spec: ModelSpec) =>
  Object.entries(spec.quantization?.weights ?? {}).map(([name, { quantizer }]) => [name, quantizer])

t.test('qura: rounds activations too, repeats itself, and tells what it did', async t => {
  const options = { ...quick, epochs: 1, activationBits: 4, weightBits: 4 } as const
  const attacked = await qura(model, images, options)
  t.match(attacked.inspect().quantization, { preset: 'minmax', weightBits: 4, activationBits: 4 })
  t.strictSame((await attacked.content()).spec, (await (await qura(model, images, options)).content()).spec)
  t.match(attacked.provenance, { made: 'qura', settings: { target, quantizer: 'minmax', alpha: 1 } })
})

t.test('qura: refuses a quantized model, and a class that is not there', async t => {
  const quantized = await quantize(model, images, quiet)
  await t.rejects(qura(quantized, images), { code: 'ERR_BAD_MODEL' })
  await t.rejects(qura(model, images, { target: 10 }), { code: 'ERR_BAD_OPTION', message: /0 to 9/ })
})
