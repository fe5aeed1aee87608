// Codes, values and straight-through gradients against a loop that does one number at a time.
import { readFile } from 'node:fs/promises'
import t from 'tap'
import type { QuantizerSpec } from '../../binding.js'
import { code, freeCode, high, low, realOf } from '../oracles/quantizer.js'
import { normal, numbers, tensor } from '../oracles/tensors.js'
import { quantKernels } from './kernels.js'

const kernels = await quantKernels()
const shape = [3, 5, 7]
const each = 35

function quantizer(bits: number, symmetric: boolean, perChannel: boolean): QuantizerSpec {
  const channels = perChannel ? 3 : 1
  const levels = 2 ** bits - 1
  return {
    bits,
    symmetric,
    perChannel,
    scale: [3.1, 0.7, 1.9].slice(0, channels).map(width => Math.fround((2 * width) / levels)),
    zeroPoint: [0.5, 0.25, 1].slice(0, channels).map(at => (symmetric ? 0 : Math.round(at * levels))),
  }
}

const grids = [2, 3, 4, 5, 6, 7, 8].flatMap(bits =>
  [true, false].flatMap(symmetric => [true, false].map(perChannel => quantizer(bits, symmetric, perChannel))),
)

/** Random numbers, some out of range, and every tie of each channel. */
function samples(q: QuantizerSpec): number[] {
  const x = normal(3 * each, q.bits).map(value => Math.fround(2.5 * value))
  for (let channel = 0; channel < 3; channel++)
    for (let i = 0; i < 12; i++)
      x[channel * each + i] = Math.fround((i - 6 + 0.5) * q.scale[q.perChannel ? channel : 0]!)
  return x
}

for (const q of grids) {
  const name = `${q.bits} bits, ${q.symmetric ? 'symmetric' : 'affine'}, per ${q.perChannel ? 'channel' : 'tensor'}`
  t.test(name, async t => {
    const x = samples(q)
    const upstream = normal(x.length, 99)
    const found = kernels.fakeQuantize(tensor(shape, x), q, tensor(shape, upstream))
    const channel = (i: number) => Math.floor(i / each)
    const codes = x.map((value, i) => code(value, q, channel(i)))
    t.same(numbers(found.codes), codes, 'codes')
    t.same(
      numbers(found.values),
      codes.map((c, i) => realOf(c, q, channel(i))),
      'values',
    )
    t.same(numbers(found.codeValues), numbers(found.values), 'values of the codes')
    const inside = x.map((value, i) => freeCode(value, q, channel(i)) === codes[i])
    t.ok(inside.includes(false), 'some are clamped')
    t.same(
      numbers(found.gradient),
      upstream.map((g, i) => (inside[i] ? g : 0 * g)),
      'gradient: 1 inside, 0 outside',
    )
    const values = numbers(found.values)
    for (const [i, value] of x.entries()) {
      const scale = q.scale[q.perChannel ? channel(i) : 0]!
      if (inside[i] && Math.abs(values[i]! - value) > scale * (0.5 + 1e-5))
        t.fail(`${value} became ${values[i]}, more than half a step of ${scale} away`)
    }
    t.ok(Math.min(...codes) >= low(q) && Math.max(...codes) <= high(q))
  })
}

t.test('ties go up', async t => {
  const q = { bits: 4, symmetric: true, perChannel: false, scale: [0.25], zeroPoint: [0] }
  const x = [-0.375, -0.125, 0.125, 0.375, 0.625]
  const { codes } = kernels.fakeQuantize(tensor([5], x), q, tensor([5], x))
  t.same(numbers(codes), [-1, 0, 1, 2, 3])
})

t.test('straight-through values and gradients are those of PyTorch', async t => {
  const file = new URL('../fixtures/quant/quantizers.json', import.meta.url)
  const { cases, batches } = JSON.parse(await readFile(file, 'utf8'))
  const { shape, values } = batches[1]
  for (const { bits, straightThrough: expected } of cases) {
    const q = {
      bits,
      symmetric: false,
      perChannel: false,
      scale: [expected.scale],
      zeroPoint: [expected.zeroPoint],
    }
    const found = kernels.fakeQuantize(tensor(shape, values), q, tensor(shape, expected.upstream))
    const off = (a: number[], b: number[]) => Math.max(...a.map((v, i) => Math.abs(v - b[i]!)))
    t.ok(off(numbers(found.values), expected.values) < 1e-6)
    t.ok(off(numbers(found.gradient), expected.gradient) === 0)
  }
})

t.test('a quantizer that cannot be is refused', async t => {
  const good = { bits: 4, symmetric: true, perChannel: false, scale: [1], zeroPoint: [0] }
  const x = tensor([1], [1])
  for (const bad of [
    { bits: 9 },
    { bits: 1 },
    { scale: [0] },
    { scale: [-1] },
    { scale: [Number.NaN] },
    { scale: [Number.POSITIVE_INFINITY] },
    { scale: [], zeroPoint: [] },
    { scale: [1, 1], zeroPoint: [0, 0] },
    { zeroPoint: [1] },
    { symmetric: false, zeroPoint: [16] },
    { perChannel: true, zeroPoint: [0, 0] },
  ])
    t.throws(
      () => kernels.fakeQuantize(x, { ...good, ...bad }, x),
      { code: 'ERR_BAD_MODEL' },
      JSON.stringify(bad),
    )
})
