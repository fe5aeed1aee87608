// The walk through a whole model: what is reported, what is kept, how it stops.
import t from 'tap'
import { loadNative } from '../../lib/native/load.js'
import { random } from '../oracles/tensors.js'
import { fixture, images, purified, settings, start, tinyModel } from './tiny.js'

const size = (shape: number[]) => shape.reduce((product, axis) => product * axis, 1)

t.test('closed form: every unit is reported, and loses less than nearest rounding', async t => {
  const { units } = await purified({ activationBits: null })
  t.same(
    units.map(unit => unit.unit),
    ['conv1', 'conv2', 'fc'],
  )
  for (const unit of units) {
    t.ok(unit.lossAfter < unit.lossBefore, `${unit.unit}: ${unit.lossAfter} against ${unit.lossBefore}`)
    t.equal(unit.damping, 0.01)
    t.ok(unit.seconds > 0)
  }
})

t.test('images join late, and each has its own values at full precision', async t => {
  const native = await loadNative()
  const next = random(3)
  const [count, shape] = [200, images.shape.slice(1)]
  const many = {
    ...images,
    pixels: Uint8Array.from({ length: count * size(shape) }, () => Math.floor(256 * next())),
    shape: [count, ...shape],
  }
  // Of 36 and 9 positions an image: the second unit has images join, and the last one all that are left.
  for (const activationBits of [4, null]) {
    const options = { ...settings, activationBits, columns: 1300, pda: 'official' as const }
    const { model, units } = await native.purify(await tinyModel(), many, options, () => {}).promise
    const normalized = Float32Array.from(
      many.pixels,
      value => (value / 255 - fixture.mean) / fixture.deviation,
    )
    const [full, rounded] = await Promise.all(
      [await tinyModel(), model].map(async handle => {
        const { data } = await native.forward(handle, normalized, many.shape, {
          device: 'cpu',
          threads: 1,
          seed: 0,
        }).promise
        return [...data]
      }),
    )
    // The last unit's loss is that of the logits, of all images.
    const loss = full!.reduce((sum, value, i) => sum + (value - rounded![i]!) ** 2, 0) / count
    const told = units.at(-1)!.lossAfter
    t.ok(Math.abs(told / loss - 1) < 0.01, `${told} against ${loss}`)
  }
})

t.test('closed form: a unit with fewer columns than inputs is damped more', async t => {
  const damped = async (columns: number, damping: number) =>
    (await purified({ columns, damping })).units.map(unit => unit.damping)
  t.same(await damped(16, 0.01), [0.1, 0.1, 0.01], '18, 36 and 6 inputs; 16, 16 and 8 columns')
  t.same(await damped(20, 0.01), [0.01, 0.1, 0.01])
  t.same(await damped(16, 0.5), [0.5, 0.5, 0.5], 'what is asked for is the least')
})

t.test('PDA moves the inputs of units with a BN, and of no others', async t => {
  for (const pda of ['official', 'paper'] as const) {
    const { units } = await purified({ pda })
    t.same(
      units.map(unit => unit.pda),
      [true, true, false],
    )
    for (const unit of units.filter(({ pda }) => pda))
      t.ok(unit.pdaAfter < unit.pdaBefore, `${unit.pdaAfter} against ${unit.pdaBefore}`)
  }
})

t.test('scales, zero points and activation quantizers are those of nearest rounding', async t => {
  const native = await loadNative()
  for (const preset of ['attacker', 'minmax', 'minmax-tensor', 'mse']) {
    const options = { ...settings, preset }
    const handle = await native.quantize(await tinyModel(), images, options, () => {}).promise
    const nearest = (await native.exportModel(handle).promise).quantization!
    const { quantization } = await purified({ preset })
    t.same(quantization.activations, nearest.activations, preset)
    const quantizers = ({ weights }: typeof nearest) =>
      Object.fromEntries(Object.entries(weights).map(([name, { quantizer }]) => [name, quantizer]))
    t.same(quantizers(quantization), quantizers(nearest), preset)
    t.notSame(quantization.weights, nearest.weights, preset)
  }
})

t.test(
  'placement: the edges have the bits of the preset; values that nobody multiplies have no quantizer',
  async t => {
    const { quantization } = await purified({ preset: 'mse' })
    const bits = (all: Record<string, { bits: number }>) =>
      Object.entries(all).map(([name, { bits }]) => [name, bits])
    t.same(bits(quantization.activations).sort(), [
      ['input', 8],
      ['mean', 8],
      ['relu1', 4],
    ])
    const weights = Object.fromEntries(
      Object.entries(quantization.weights).map(([name, w]) => [name, w.quantizer]),
    )
    t.same(bits(weights).sort(), [
      ['conv1', 8],
      ['conv2', 4],
      ['fc', 8],
    ])
    const weightOnly = await purified({ preset: 'mse', activationBits: null })
    t.same(weightOnly.quantization.activations, {})
  },
)

t.test('one seed, one result', async t => {
  const run = (seed: number) => purified({ seed, columns: 40, pda: 'official' })
  const [first, second, third] = [await run(1), await run(1), await run(2)]
  t.same(first.codes, second.codes)
  t.same(
    first.units.map(({ seconds, ...unit }) => unit),
    second.units.map(({ seconds, ...unit }) => unit),
  )
  t.notSame(first.codes, third.codes)
})

for (const changes of [
  { solver: 'adam-official', iterations: 1e7 },
  { solver: 'adam-paper', iterations: 1e7, learningRate: 1 },
  { pda: 'official', pdaSteps: 1e7 },
] as const) {
  t.test(`an abort stops it: ${JSON.stringify(changes)}`, async t => {
    let moved = () => {}
    const underWay = new Promise<void>(resolve => {
      moved = resolve
    })
    const job = await start(changes, () => moved())
    await underWay
    const asked = performance.now()
    job.abort()
    await t.rejects(job.promise, { code: 'ERR_ABORTED' })
    t.ok(performance.now() - asked < 500)
  })
}
