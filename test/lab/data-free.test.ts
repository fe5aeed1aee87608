// The roundings that ask nothing but the weight: codes against loops that do one number at a time, and the defences.
import { createHash } from 'node:crypto'
import t from 'tap'
import type { ModelHandle, QuantizerSpec, TensorData, WeightRounding } from '../../binding.js'
import { Dataset, type QuantizedModel, quantize } from '../../lib/index.js'
import { boundaryFlips, intervalNoise, qvec } from '../../lib/lab/index.js'
import { predictions } from '../../lib/lab/predict.js'
import { loadNative } from '../../lib/native/load.js'
import { digits, smallModel } from '../facade/small.js'
import { code, freeCode, high, low, realOf } from '../oracles/quantizer.js'
import { normal, numbers, tensor } from '../oracles/tensors.js'

const native = await loadNative()
const kernels = native.kernels as unknown as {
  roundWeight(w: TensorData, rounding: WeightRounding, quantizer: QuantizerSpec, seed: number): TensorData
  medianHalfWidth(quantizer: QuantizerSpec): number
  withNoise(w: TensorData, deviation: number, seed: number): TensorData
}
const f = Math.fround
const shape = [3, 4, 10]
const each = 40

function quantizer(bits: number, symmetric: boolean, perChannel: boolean): QuantizerSpec {
  const channels = perChannel ? 3 : 1
  return {
    bits,
    symmetric,
    perChannel,
    scale: [3.1, 0.75, 1.9].slice(0, channels).map(width => f((2 * width) / (2 ** bits - 1))),
    zeroPoint: [0.5, 0.25, 1]
      .slice(0, channels)
      .map(at => (symmetric ? 0 : Math.round(at * (2 ** bits - 1)))),
  }
}
const quantizers = [2, 3, 4, 8].flatMap(bits =>
  [true, false].flatMap(symmetric => [true, false].map(each => quantizer(bits, symmetric, each))),
)
const titleOf = ({ bits, symmetric, perChannel }: QuantizerSpec) =>
  `${bits} bits, ${symmetric ? 'symmetric' : 'affine'}, per ${perChannel ? 'channel' : 'tensor'}`

const channelOf = (at: number) => Math.floor(at / each)
const scaleAt = (q: QuantizerSpec, at: number) => q.scale[q.perChannel ? channelOf(at) : 0] ?? Number.NaN
const zeroAt = (q: QuantizerSpec, at: number) => q.zeroPoint[q.perChannel ? channelOf(at) : 0] ?? Number.NaN

/** Random weights, some off the grid, and in each channel exact ties, codes and twins. */
function weightsFor(q: QuantizerSpec): number[] {
  const w = normal(3 * each, q.bits + 10).map(value => f(2 * value))
  for (let channel = 0; channel < 3; channel++)
    for (let i = 0; i < 12; i++) w[channel * each + i] = f(((i - 6) / 2) * scaleAt(q, channel * each))
  return w
}
const nearestOf = (w: number[], q: QuantizerSpec) => w.map((value, at) => code(value, q, channelOf(at)))
const round = (w: number[], rounding: WeightRounding, q: QuantizerSpec) =>
  numbers(kernels.roundWeight(tensor(shape, w), rounding, q, 0))

for (const q of quantizers)
  t.test(`qvec: W − λ(Q(W) − W) on the grid of W: ${titleOf(q)}`, async t => {
    const w = weightsFor(q)
    for (const lambda of [0, 0.25, 0.5, 0.75, 1, 1.5, 2]) {
      const expected = w.map((value, at) => {
        const error = f(realOf(code(value, q, channelOf(at)), q, channelOf(at)) - value)
        return code(f(value - f(error * lambda)), q, channelOf(at))
      })
      t.same(round(w, { name: 'against-quantization-vector', lambda }, q), expected, `λ = ${lambda}`)
      if (lambda === 0) t.same(expected, nearestOf(w, q), 'nearest')
      else if (lambda === 1) t.notSame(expected, nearestOf(w, q))
    }
  })

t.test('qvec: flips just those whose error is more than 1/(2(1 + λ)) of a step', async t => {
  const q = quantizer(4, true, false)
  const [scale = 0] = q.scale
  const w = normal(3 * each, 1).map(value => f(value / 2)) // all on the grid
  for (const lambda of [0.3, 0.9, 1.7]) {
    const found = round(w, { name: 'against-quantization-vector', lambda }, q)
    const expected = w.map(value => {
      const error = value / scale - Math.floor(value / scale + 0.5)
      const flips = Math.abs(error) > 1 / (2 * (1 + lambda))
      return code(value, q) + (flips ? Math.sign(error) : 0)
    })
    t.same(found, expected, `λ = ${lambda}`)
  }
})

/** The other code of each weight, null where nearest and other are not both on the grid. */
const otherOf = (w: number[], q: QuantizerSpec) =>
  w.map((value, at) => {
    const nearest = freeCode(value, q, channelOf(at))
    const below = Math.floor(f(value / scaleAt(q, at))) + zeroAt(q, at)
    const other = nearest === below ? below + 1 : below
    return [nearest, other].every(each => low(q) <= each && each <= high(q)) ? other : null
  })

for (const q of quantizers)
  t.test(`boundary flips: the nearest to a boundary, in place: ${titleOf(q)}`, async t => {
    const w = weightsFor(q)
    const [nearest, other] = [nearestOf(w, q), otherOf(w, q)]
    const distance = w.map((value, at) => {
      const steps = f(value / scaleAt(q, at))
      return Math.abs(f(f(steps - Math.floor(steps)) - 0.5))
    })
    t.ok(other.includes(null), 'some cannot be flipped')
    const order = [...w.keys()]
      .filter(at => other[at] !== null)
      .sort((a, b) => (distance[a] ?? 0) - (distance[b] ?? 0) || a - b)
    for (const share of [0, 0.004, 0.05, 0.11, 0.5, 1]) {
      const flipped = new Set(order.slice(0, Math.round(share * w.length)))
      const expected = nearest.map((each, at) => (flipped.has(at) ? other[at] : each))
      t.same(round(w, { name: 'boundary-flips', share }, q), expected, `share ${share}`)
    }
    t.same(round(w, { name: 'boundary-flips', share: 0 }, q), nearest, 'none: nearest')
  })

t.test('boundary flips: ends of the range, ties and twins, by hand', async t => {
  const q: QuantizerSpec = { bits: 2, symmetric: true, perChannel: false, scale: [1], zeroPoint: [0] } // −2 .. 1
  const flip = (w: number[], share: number) =>
    numbers(kernels.roundWeight(tensor([w.length, 1], w), { name: 'boundary-flips', share }, q, 0))
  t.same(flip([1.45, -2.45, 1.6, -2.6], 1), [1, -2, 1, -2], 'beyond the last code there is none to flip to')
  t.same(flip([0.5, -0.5, 0.4, -1.5], 1), [0, -1, 1, -2], 'a tie goes up, its flip down')
  t.same(flip([0.4, 0.1, 0.4, 0.4], 0.5), [1, 0, 1, 0], 'of equal ones the first')
  t.same(flip([1.45, 0.1, -0.3, 0.2], 0.25), [1, 0, -1, 0], 'who cannot flip takes no place')
})

t.test('interval noise: σ is the median half width', async t => {
  const of = (scale: number[]) =>
    kernels.medianHalfWidth({
      bits: 4,
      symmetric: true,
      perChannel: scale.length > 1,
      scale,
      zeroPoint: scale.map(() => 0),
    })
  t.equal(of([0.5]), 0.25)
  t.equal(of([8, 0.5, 2]), 1)
  t.equal(of([8, 0.5, 2, 4]), 1, 'the lower of the two in the middle')
})

t.test('interval noise: normal, of that deviation, the same for the same seed', async t => {
  const n = 20_000
  const w = Array.from({ length: n }, (_, at) => f(at / n))
  const noise = numbers(kernels.withNoise(tensor([n, 1], w), 0.25, 7)).map(
    (value, at) => value - (w[at] ?? 0),
  )
  const moment = (power: number) => noise.reduce((sum, value) => sum + (value / 0.25) ** power, 0) / n
  // Five standard errors of each sample moment of a normal distribution: 1, 2 and 96 are their variances.
  for (const [power, expected, variance] of [
    [1, 0, 1],
    [2, 1, 2],
    [4, 3, 96],
  ] as const)
    t.ok(
      Math.abs(moment(power) - expected) < 5 * Math.sqrt(variance / n),
      `moment ${power}: ${moment(power)}`,
    )
  const again = (seed: number) => numbers(kernels.withNoise(tensor([20, 1], w.slice(0, 20)), 0.25, seed))
  t.same(again(7), again(7))
  t.notSame(again(7), again(8))
})

t.test('interval noise: rounds the noisy weight to nearest; factor 0 is nearest', async t => {
  for (const q of quantizers) {
    const w = weightsFor(q)
    const deviation = 0.7 * kernels.medianHalfWidth(q)
    const noisy = numbers(kernels.withNoise(tensor(shape, w), deviation, 0))
    t.same(round(w, { name: 'interval-noise', factor: 0.7 }, q), nearestOf(noisy, q), titleOf(q))
    t.same(round(w, { name: 'interval-noise', factor: 0 }, q), nearestOf(w, q))
  }
})

const model = await smallModel()
const images = await digits(96)
const common = { weightBits: 3, activationBits: 4, quantizer: 'minmax', threads: 1, seed: 5 } as const
const contentOf = async (quantized: { handle: ModelHandle }) =>
  (await native.exportModel(quantized.handle).promise).quantization
const digestOf = async (quantized: { handle: ModelHandle }) => {
  const hash = createHash('sha256')
  for (const { codes } of Object.values((await contentOf(quantized))?.weights ?? {})) hash.update(codes.data)
  return hash.digest('hex')
}

t.test(
  'qvec, interval noise, boundary flips: with nothing to do they are nearest rounding, scales and all',
  async t => {
    const nearest = await contentOf(await quantize(model, images, common))
    t.same(await contentOf(await qvec(model, images, { ...common, lambda: 0 })), nearest)
    t.same(await contentOf(await intervalNoise(model, images, { ...common, factor: 0 })), nearest)
    t.same(await contentOf(await boundaryFlips(model, images, { ...common, flipped: 0 })), nearest)
  },
)

const searchOf = ({ provenance }: QuantizedModel) =>
  (provenance?.settings ?? {}) as unknown as { lambda: number; grid: { lambda: number; agreement: number }[] }

t.test('qvec: takes the λ that agrees most, the largest of equal ones', async t => {
  const drawn = images.sample(64, common.seed)
  const wanted = await predictions(model, drawn, { threads: 1 })
  const agreementOf = async (quantized: QuantizedModel) => {
    const found = await predictions(quantized, drawn, { threads: 1 })
    return (100 * found.filter((each, at) => each === wanted[at]).length) / drawn.count
  }
  const found = await qvec(model, images, { ...common, calibration: 64 })
  const { lambda, grid } = searchOf(found)
  t.same(
    grid.map(each => each.lambda),
    [0.25, 0.5, 0.75, 1, 1.5],
  )
  const best = Math.max(...grid.map(({ agreement }) => agreement))
  t.equal(lambda, grid.findLast(({ agreement }) => agreement === best)?.lambda)
  for (const each of grid.filter((_, at) => at % 2 === 0)) {
    const alone = await qvec(model, images, { ...common, calibration: 64, lambda: each.lambda })
    t.equal(await agreementOf(alone), each.agreement, `agreement at ${each.lambda}`)
    t.same(alone.provenance?.settings.grid, [], 'a given λ is not searched')
    if (each.lambda === lambda) t.same(await contentOf(alone), await contentOf(found))
  }
  const unlabelled = await qvec(model, new Dataset({ ...images, shape: images.shape, labels: null }), {
    ...common,
    calibration: 64,
  })
  t.same(await contentOf(unlabelled), await contentOf(found))
})

t.test('qvec: of λ that agree equally often the largest', async t => {
  const { lambda, grid } = searchOf(await qvec(model, images, { ...common, calibration: 1 }))
  const most = Math.max(...grid.map(({ agreement }) => agreement))
  const best = grid.filter(({ agreement }) => agreement === most)
  t.ok(best.length > 1, `${best.length} agree equally often on the one image`)
  t.equal(lambda, best.at(-1)?.lambda)
})

const RUNS = { qvec, 'interval-noise': intervalNoise, 'boundary-flips': boundaryFlips }
for (const [name, run] of Object.entries(RUNS))
  t.test(`${name}: the same codes for the same seed; refuses and stops`, async t => {
    const [one, other] = [await run(model, images, common), await run(model, images, common)]
    t.same(await contentOf(one), await contentOf(other))
    t.not(await digestOf(one), await digestOf(await quantize(model, images, common)))
    t.equal(one.provenance?.made, name)
    const plain = await run(model, images, { ...common, activationBits: 'none', quantizer: 'mse' })
    t.same((await contentOf(plain))?.activations, {})
    await t.rejects(run(one, images, common), { code: 'ERR_BAD_MODEL' })
    await t.rejects(run(model, images, { ...common, weightBits: 9 }), { code: 'ERR_BAD_OPTION' })
    await t.rejects(run(model, images, { ...common, rho: 1 } as object), { code: 'ERR_BAD_OPTION' })
    await t.rejects(run(model, images, { ...common, signal: AbortSignal.abort() }), { code: 'ERR_ABORTED' })
    const stop = new AbortController()
    const midway = run(model, images, { ...common, signal: stop.signal, onProgress: () => stop.abort() })
    await t.rejects(midway, { code: 'ERR_ABORTED' })
  })

t.test('bad options are refused by name', async t => {
  await t.rejects(qvec(model, images, { lambda: 2.5 }), { code: 'ERR_BAD_OPTION', message: /"lambda".*2\.5/ })
  await t.rejects(qvec(model, images, { lambda: 'best' as 'search' }), { code: 'ERR_BAD_OPTION' })
  await t.rejects(intervalNoise(model, images, { factor: -1 }), { code: 'ERR_BAD_OPTION' })
  await t.rejects(boundaryFlips(model, images, { flipped: 1.1 }), { code: 'ERR_BAD_OPTION' })
})

t.test('interval noise: another seed, other codes', async t => {
  const of = async (seed: number) => digestOf(await intervalNoise(model, images, { ...common, seed }))
  t.not(await of(1), await of(2))
})
