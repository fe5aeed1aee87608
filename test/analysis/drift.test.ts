import t from 'tap'
import { commonBins, drift, histogram, kullbackLeibler, moments } from '../../lib/analysis/index.js'

const floats = (...values: number[]) => Float32Array.from(values)

t.test('histogram: counts, with what lies outside in the outermost bins', async t => {
  const bins = { low: 0, high: 4, count: 4 }
  t.strictSame(histogram(floats(-9, 0, 0.5, 1, 3.9, 4, 77), bins), [3, 1, 0, 3])
})

t.test('common bins hold nearly all values of all sets', async t => {
  const ramp = Float32Array.from({ length: 1000 }, (_, at) => at)
  t.strictSame(commonBins([ramp, floats(-1e6)], 10), { low: 0, high: 998, count: 10 })
  t.strictSame(commonBins([floats(2, 2)], 3), { low: 1.5, high: 2.5, count: 3 })
})

t.test('KL by hand, with half a value added to each bin', async t => {
  const p = [3.5 / 5, 1.5 / 5]
  const q = [0.5 / 5, 4.5 / 5]
  const expected = p[0]! * Math.log(p[0]! / q[0]!) + p[1]! * Math.log(p[1]! / q[1]!)
  t.ok(Math.abs(kullbackLeibler([3, 1], [0, 4]) - expected) < 1e-12)
  t.equal(kullbackLeibler([5, 2, 0], [5, 2, 0]), 0)
  t.ok(Number.isFinite(kullbackLeibler([4, 0], [0, 4])))
})

t.test('drift: KL and what mean and variance gained', async t => {
  t.strictSame(moments(floats(1, 2, 3, 6)), { mean: 3, variance: 14 / 3 })
  t.strictSame(moments(floats(7)), { mean: 7, variance: 0 })
  const before = floats(0, 1, 2, 3)
  const found = drift(before, floats(4, 6, 8, 10))
  t.match(found, { meanShift: 5.5, varianceShift: 5 })
  t.ok(found.kl > 0.1)
  t.strictSame(drift(before, before), { kl: 0, meanShift: 0, varianceShift: 0 })
})
