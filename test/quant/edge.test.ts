// The weights of the presets "qnnpack" and "fbgemm": max|w| lies at the outer edge of the last code's cell.
import t from 'tap'
import { normal, random, tensor } from '../oracles/tensors.js'
import { quantKernels } from './kernels.js'

const kernels = await quantKernels()
const f = Math.fround

t.test('edge: max|w| is 2^(b−1) − 0.5 steps, of the tensor or of each channel', async t => {
  for (let bits = 2; bits <= 8; bits++) {
    const channels = 5
    const w = normal(channels * 40, bits)
    const next = random(bits)
    const gains = Array.from({ length: channels }, () => f(0.1 + next()))
    const scaled = w.map((value, i) => f(value * (gains[Math.floor(i / 40)] ?? 1)))
    const largest = (values: number[]) => Math.max(...values.map(Math.abs))
    const rows = Array.from({ length: channels }, (_, c) => scaled.slice(c * 40, (c + 1) * 40))
    for (const perChannel of [false, true]) {
      const grid = { bits, symmetric: true, perChannel }
      const found = kernels.observe('edge-min-max', grid, [tensor([channels, 40], scaled)])
      const expected = (perChannel ? rows : [scaled]).map(values =>
        f(largest(values) / (2 ** (bits - 1) - 0.5)),
      )
      t.strictSame(found, { ...grid, scale: expected, zeroPoint: expected.map(() => 0) })
    }
  }
})

t.test('edge: 8 bits have 127.5 steps, and a cell of 8 bits lies inside one of 4', async t => {
  const w = tensor([3], [-1.275, 0.3, 1.275])
  const scale = (bits: number) =>
    kernels.observe('edge-min-max', { bits, symmetric: true, perChannel: false }, [w]).scale[0] ?? 0
  t.ok(Math.abs(scale(8) - 0.01) < 1e-8, `${scale(8)}`)
  t.ok(Math.abs(scale(4) / scale(8) - 17) < 1e-5, 'an odd number of cells to a cell')
})
