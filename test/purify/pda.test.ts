// PDA against a taped PyTorch loop (test/fixtures/purify/pda.py), and what it promises.
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { kernels as programs } from '../graph/program.js'
import { normal, numbers, tensor } from '../oracles/tensors.js'
import { purifyKernels } from './kernels.js'

const kernels = await purifyKernels()
const fixture = JSON.parse(await readFile(new URL('../fixtures/purify/pda.json', import.meta.url), 'utf8'))
const { steps, bound, cases } = fixture
const toTensor = ({ shape, values }: { shape: number[]; values: number[] }) => tensor(shape, values)

for (const { name, x, weight, bias, mean, variance, attributes, ...recorded } of cases) {
  for (const form of ['official', 'paper'] as const) {
    t.test(`${form}, ${name}: moves the inputs as PyTorch does`, async t => {
      const layer = { op: 'conv2d' as const, attributes, weight: toTensor(weight), bias: toTensor(bias) }
      const running = { mean: toTensor(mean), variance: toTensor(variance) }
      const found = kernels.approximate(layer, running, toTensor(x), {
        form,
        steps,
        bound,
        skipRepeats: true,
      })
      const moved = numbers(found.moved)
      const expected = recorded[form]
      // Where a gradient is as good as zero, rounding decides its sign: a few elements may go another way.
      const off = moved.filter((value, i) => Math.abs(value - expected.moved.values[i]) > 1e-6).length
      t.ok(off <= 0.01 * moved.length, `${off} of ${moved.length} elements differ`)
      t.ok(Math.abs(found.before / expected.before - 1) < 1e-4, `${found.before} against ${expected.before}`)
      t.ok(Math.abs(found.after / expected.after - 1) < 1e-4, `${found.after} against ${expected.after}`)
      t.ok(found.after < found.before, 'the statistics come nearer')
      const changes = moved.map((value, i) => Math.abs(value - x.values[i]))
      t.ok(Math.max(...changes) <= bound + 1e-6, 'within the bound')
      t.ok(
        changes.some(change => change > bound / 4),
        'inputs move, also on maps of one element',
      )
    })
  }
}

t.test('in the official form it does not matter how the samples are batched', async t => {
  const { x, weight, bias, mean, variance, attributes } = cases[0]
  const layer = { op: 'conv2d' as const, attributes, weight: toTensor(weight), bias: toTensor(bias) }
  const running = { mean: toTensor(mean), variance: toTensor(variance) }
  const options = { form: 'official' as const, steps, bound, skipRepeats: true }
  const [n, ...size] = x.shape as [number, ...number[]]
  const each = x.values.length / n
  const single = Array.from({ length: n }, (_, i) =>
    tensor([1, ...size], x.values.slice(i * each, (i + 1) * each)),
  )
  const together = kernels.approximate(layer, running, toTensor(x), options)
  const apart = single.map(sample => kernels.approximate(layer, running, sample, options))
  const [a, b] = [numbers(together.moved), apart.flatMap(({ moved }) => numbers(moved))]
  const off = a.filter((value, i) => Math.abs(value - b[i]!) > 1e-6).length
  t.ok(off <= 0.005 * a.length, `${off} of ${a.length} elements differ`)
  const after = apart.reduce((sum, sample) => sum + sample.after, 0) / n
  t.ok(Math.abs(after / together.after - 1) < 1e-5)
})

t.test('a linear layer is a map of one element; one sample alone is moved towards the mean', async t => {
  const layer = { op: 'linear' as const, attributes: {}, weight: tensor([3, 4], normal(12, 1)) }
  const running = { mean: tensor([3], [1, 1, 1]), variance: tensor([3], [1, 1, 1]) }
  for (const n of [8, 1]) {
    const x = tensor([n, 4], normal(4 * n, 2))
    const { before, after } = kernels.approximate(layer, running, x, {
      form: 'official',
      steps: 10,
      bound: 1e-2,
      skipRepeats: true,
    })
    t.ok(after < before, `${after} against ${before}`)
  }
})

t.test('no step, or no room, changes nothing', async t => {
  const { x, weight, mean, variance, attributes } = cases[0]
  const layer = { op: 'conv2d' as const, attributes, weight: toTensor(weight) }
  const running = { mean: toTensor(mean), variance: toTensor(variance) }
  for (const options of [
    { steps: 0, bound },
    { steps: 5, bound: 0 },
  ]) {
    const { moved, before, after } = kernels.approximate(layer, running, toTensor(x), {
      form: 'official',
      skipRepeats: true,
      ...options,
    })
    t.same(numbers(moved), x.values)
    t.equal(before, after)
  }
})

t.test('leaving out steps that repeat changes no bit', async t => {
  for (const { name, x, weight, bias, mean, variance, attributes } of cases) {
    const layer = { op: 'conv2d' as const, attributes, weight: toTensor(weight), bias: toTensor(bias) }
    const running = { mean: toTensor(mean), variance: toTensor(variance) }
    for (const form of ['official', 'paper'] as const)
      for (const steps of [41, 120]) {
        const [short, whole] = [true, false].map(skipRepeats =>
          kernels.approximate(layer, running, toTensor(x), { form, steps, bound, skipRepeats }),
        )
        t.same(short!.moved, whole!.moved, `${form}, ${name}, ${steps} steps`)
      }
  }
})

/** A layer of whole numbers and inputs on a grid, so that it can be run on its codes. */
function quantizedLayer() {
  const [n, channels, outputs, side] = [8, 32, 24, 8]
  const whole = (count: number, spread: number, seed: number) =>
    normal(count, seed).map(value => Math.round(Math.min(7, Math.max(-7, spread * value))))
  const x = whole(n * channels * side ** 2, 4, 11).map(code => Math.fround(Math.max(0, code) * 0.2))
  const codes = whole(outputs * channels * 9, 3, 12)
  const scale = Array.from({ length: outputs }, (_, o) => Math.fround(0.02 + o / 2000))
  const shape = [outputs, channels, 3, 3]
  const integers = {
    codes: { dtype: 'int8' as const, shape, data: new Uint8Array(Int8Array.from(codes).buffer) },
    scale: tensor([outputs], scale),
    inputScale: Math.fround(0.2),
    zeroPoint: 0,
  }
  const layer = {
    op: 'conv2d' as const,
    attributes: { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 },
    weight: tensor(
      shape,
      codes.map((code, i) => code * (scale[Math.floor(i / (channels * 9))] ?? 0)),
    ),
    bias: tensor([outputs], normal(outputs, 13)),
  }
  return { layer, integers, x: tensor([n, channels, side, side], x), outputs }
}

for (const way of ['bfloat16', 'whole numbers'] as const) {
  const skip = way === 'whole numbers' && !programs.multipliesIntegers() && 'no instructions for it'
  t.test(
    `coarse, ${way}: the same statistics, and the signs of all but small gradients`,
    { skip },
    async t => {
      const { layer, integers, x, outputs } = quantizedLayer()
      const running = {
        mean: tensor([outputs], normal(outputs, 14)),
        variance: tensor([outputs], Array(outputs).fill(0.5)),
      }
      let differs = false
      const quick = { coarse: true, ...(way === 'whole numbers' && { integers }) }
      for (const form of ['official', 'paper'] as const)
        for (const steps of [3, 40]) {
          const options = { form, steps, bound, skipRepeats: true }
          const coarse = kernels.approximate(layer, running, x, { ...options, ...quick })
          const fine = kernels.approximate(layer, running, x, options)
          const about = `${form}, ${steps} steps`
          t.ok(Math.abs(coarse.before / fine.before - 1) < 1e-6, about)
          const [closed, closable] = [coarse.before - coarse.after, fine.before - fine.after]
          differs ||= coarse.after !== fine.after
          t.ok(closed > 0.995 * closable, `${about}: closes ${closed} of ${closable}`)
          const [a, b, start] = [coarse.moved, fine.moved, x].map(numbers) as [number[], number[], number[]]
          const off = a.filter((value, i) => Math.abs(value - (b[i] ?? 0)) > 1e-6).length
          t.ok(off <= 0.03 * a.length, `${about}: ${off} of ${a.length} elements differ`)
          // Its own account of the distance is that of the inputs that it gives.
          const told = kernels.approximate(layer, running, coarse.moved, { ...options, steps: 0 })
          t.ok(
            Math.abs(coarse.after / told.after - 1) < 1e-5,
            `${about}: ${coarse.after} against ${told.after}`,
          )
          const units = a.map((value, i) => ((value - (start[i] ?? 0)) / bound) * 2)
          t.ok(
            units.every(u => Math.abs(u) < 2.01 && Math.abs(u - Math.round(u)) < 0.01),
            'half bounds',
          )
        }
      t.ok(differs, 'it is not the fine one that ran')
    },
  )
}

t.test('maps that lie far from zero, and one that is constant', async t => {
  const [samples, channels, positions] = [3, 2, 64]
  const x = normal(samples * channels * positions, 5).map((value, i) =>
    Math.fround(i < positions ? 7 : 300 + value / 50),
  )
  const identity = { ...channelwise(channels), bias: tensor([channels], [0, 0]) }
  const running = { mean: tensor([channels], [299, 301]), variance: tensor([channels], [1, 1e-4]) }
  const { before } = kernels.approximate(identity, running, tensor([samples, channels, 8, 8], x), {
    form: 'official',
    steps: 1,
    bound: 1e-3,
    skipRepeats: true,
  })
  const gaps = Array.from({ length: samples * channels }, (_, map) => {
    const values = x.slice(map * positions, (map + 1) * positions)
    const mean = values.reduce((sum, value) => sum + value, 0) / positions
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (positions - 1)
    const wanted = map % channels === 0 ? { mean: 299, variance: 1 } : { mean: 301, variance: 1e-4 }
    return (mean - wanted.mean) ** 2 + (Math.sqrt(variance + 1e-6) - Math.sqrt(wanted.variance + 1e-6)) ** 2
  })
  const expected = gaps.reduce((sum, gap) => sum + gap, 0) / samples
  t.ok(Math.abs(before / expected - 1) < 1e-5, `${before} against ${expected}`)
})

/** A convolution that gives what it gets. */
function channelwise(channels: number) {
  const attributes = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: channels }
  return { op: 'conv2d' as const, attributes, weight: tensor([channels, 1, 1, 1], Array(channels).fill(1)) }
}
