// Observers against PyTorch's (test/fixtures/quant/make.py) and against loops.
import { readFile } from 'node:fs/promises'
import t, { type Test } from 'tap'
import type { QuantizerSpec } from '../../binding.js'
import { affineOf, code, realOf, symmetricOf } from '../oracles/quantizer.js'
import { normal, numbers, tensor } from '../oracles/tensors.js'
import { quantKernels } from './kernels.js'

const kernels = await quantKernels()
const file = new URL('../fixtures/quant/quantizers.json', import.meta.url)
const { cases, batches, weight } = JSON.parse(await readFile(file, 'utf8'))
const toTensor = ({ shape, values }: { shape: number[]; values: number[] }) => tensor(shape, values)
const values = batches.map(toTensor)
const affine = (bits: number, perChannel: boolean) => ({ bits, symmetric: false, perChannel })

interface Settled {
  scale: number[]
  zeroPoint: number[]
}
function same(t: Test, found: QuantizerSpec, expected: Settled, tolerance = 1e-6) {
  const off = found.scale.map((scale, i) => Math.abs(scale / expected.scale[i]! - 1))
  t.equal(found.scale.length, expected.scale.length)
  t.ok(Math.max(...off) <= tolerance, `scale ${found.scale} against ${expected.scale}`)
  if (tolerance < 1e-3) t.same(found.zeroPoint, expected.zeroPoint)
}

for (const expected of cases) {
  t.test(`${expected.bits} bits: the ranges are PyTorch's`, async t => {
    const { bits } = expected
    for (const kind of ['min-max', 'moving-average'])
      same(t, kernels.observe(kind, affine(bits, false), values), expected[kind])
    same(t, kernels.observe('min-max', affine(bits, true), [toTensor(weight)]), expected['per-channel'])
    same(t, kernels.observe('mse', affine(bits, true), [toTensor(weight)]), expected.mse)
    // Values are scored by their histogram, which may prefer a neighbour among candidates that are nearly as good.
    same(t, kernels.observe('ema-mse', affine(bits, false), values), expected['ema-mse'], 0.03)
  })
}

/** The mean squared error of a quantizer. */
const error = (x: number[], q: QuantizerSpec) =>
  x.reduce((sum, value) => sum + (realOf(code(value, q), q) - value) ** 2, 0) / x.length

t.test('the search on values is as good as scoring each of them', async t => {
  for (const bits of [2, 4, 8]) {
    const x = normal(3000, bits).map(value => Math.fround(Math.max(value, 0) ** 2))
    const grid = affine(bits, false)
    const found = kernels.observe('ema-mse', grid, [tensor([30, 100], x)])
    let least = Number.POSITIVE_INFINITY
    for (let i = 0; i < 95; i++) {
      const { scale, zeroPoint } = affineOf(0, Math.fround(Math.max(...x) * (1 - 0.01 * i)), bits)
      least = Math.min(least, error(x, { ...grid, scale: [scale], zeroPoint: [zeroPoint] }))
    }
    t.ok(error(x, found) <= least * 1.02, `${error(x, found)} against ${least} at ${bits} bits`)
  }
})

t.test('symmetric grids reach to the largest magnitude', async t => {
  const x = normal(60, 4)
  for (const bits of [2, 4, 8]) {
    const found = kernels.observe('min-max', { bits, symmetric: true, perChannel: true }, [
      tensor([3, 20], x),
    ])
    const rows = [0, 1, 2].map(row => x.slice(20 * row, 20 * row + 20))
    t.same(
      found.scale,
      rows.map(row => symmetricOf(Math.min(...row), Math.max(...row), bits)),
    )
    t.same(found.zeroPoint, [0, 0, 0])
  }
})

t.test('a range always holds 0, and one of no width has scale 1', async t => {
  const grid = affine(4, false)
  const positive = kernels.observe('min-max', grid, [tensor([2], [3, 6])])
  t.same([positive.scale, positive.zeroPoint], [[Math.fround(0.4)], [0]])
  for (const kind of ['min-max', 'moving-average', 'mse', 'ema-mse'])
    t.match(kernels.observe(kind, grid, [tensor([3], [0, 0, 0])]), { scale: [1], zeroPoint: [0] }, kind)
  t.match(kernels.observe('mse', affine(4, true), [tensor([2, 2], [0, 0, 0, 15])]), { scale: [1, 1] })
})

t.test('the ends of a range get the ends of the grid, and 0 a code of its own', async t => {
  const q = kernels.observe('min-max', affine(4, false), [tensor([2], [-1, 2])])
  const { codes } = kernels.fakeQuantize(tensor([3], [-1, 0, 2]), q, tensor([3], [0, 0, 0]))
  t.same(numbers(codes), [0, 5, 15])
})

t.test('nothing, or nothing finite, is refused', async t => {
  for (const kind of ['min-max', 'moving-average', 'mse', 'ema-mse']) {
    t.throws(() => kernels.observe(kind, affine(4, false), []), { code: 'ERR_BAD_DATA' })
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY])
      t.throws(() => kernels.observe(kind, affine(4, false), [tensor([2], [1, bad])]), {
        code: 'ERR_BAD_DATA',
      })
  }
})
