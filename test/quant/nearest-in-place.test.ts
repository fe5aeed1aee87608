import t from 'tap'
import { normal, random, tensor } from '../oracles/tensors.js'
import { quantKernels } from './kernels.js'

const kernels = await quantKernels()

/** Random numbers, ties and their neighbours, huge, tiny and negative ones, zeros of both signs, infinities, NaN. */
function corners(scale: number, count: number): number[] {
  const next = random(count)
  const ties = Array.from({ length: 600 }, (_, i) => (i - 300.5) * scale)
  const beside = ties.flatMap(tie => [Math.fround(tie) * (1 + 2 ** -23), Math.fround(tie) * (1 - 2 ** -23)])
  const rest = [
    0,
    -0,
    1e-40,
    -1e-40,
    3e38,
    -3e38,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
  ]
  const wide = normal(4000, count).map(value => value * scale * 300 ** next())
  const all = [...ties, ...beside, ...rest, ...wide]
  return Array.from({ length: count }, (_, i) => all[i % all.length] ?? 0)
}

t.test('nearest in place gives the bits of the quantizer', async t => {
  for (const symmetric of [true, false])
    for (const bits of [2, 4, 8])
      for (const scale of [1, 0.1, 0.037, 1e-30, 2e30])
        for (const swapped of [true, false]) {
          const zeroPoint = symmetric ? 0 : 2 ** bits - 2
          const grid = { bits, symmetric, perChannel: false, scale: [scale], zeroPoint: [zeroPoint] }
          const x = tensor([2, 6, 23, 31], corners(scale, 2 * 6 * 23 * 31))
          const { nearest, inPlace } = kernels.nearestBothWays(x, grid, swapped)
          const same = Buffer.from(nearest.data).equals(inPlace.data)
          t.ok(same, `${bits} bits, symmetric ${symmetric}, scale ${scale}, channels-last ${swapped}`)
        }
})

t.test('one scale for each of the first axis: by the quantizer itself', async t => {
  const grid = { bits: 4, symmetric: true, perChannel: true, scale: [0.1, 0.7], zeroPoint: [0, 0] }
  const { nearest, inPlace } = kernels.nearestBothWays(tensor([2, 3], normal(6, 1)), grid, false)
  t.ok(Buffer.from(nearest.data).equals(inPlace.data))
})
