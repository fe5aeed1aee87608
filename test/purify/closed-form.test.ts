// The default solver: its optimum, its rounding and its failures, on units small enough to know the truth.
import t from 'tap'
import type { QuantizerSpec } from '../../binding.js'
import { dot, exhaustive, gptq, gram, loss } from '../oracles/least-squares.js'
import { normal, numbers, tensor } from '../oracles/tensors.js'
import { purifyKernels } from './kernels.js'

const kernels = await purifyKernels()

interface Unit {
  out: number
  k: number
  w: number[]
  X: number[][]
  hat: number[][]
  quantizer: QuantizerSpec
}

const rows = (values: number[], k: number) =>
  Array.from({ length: values.length / k }, (_, i) => values.slice(i * k, i * k + k))

/** A linear unit whose inputs hang together, as those of a network do, and drift a little once quantized. */
function tinyUnit({ out = 1, k = 4, columns = 32, bits = 2, seed = 0 }): Unit {
  const w = normal(out * k, seed)
  const mix = rows(normal(k * k, seed + 1000), k)
  const X = rows(normal(columns * k, seed + 2000), k).map(x => mix.map(row => Math.fround(dot(row, x))))
  const drift = normal(columns * k, seed + 3000)
  const hat = X.map((x, i) => x.map((value, j) => Math.fround(value + 0.05 * drift[i * k + j]!)))
  const scale = rows(w, k).map(row => Math.fround(Math.max(...row.map(Math.abs)) / (2 ** (bits - 1) - 1)))
  return {
    out,
    k,
    w,
    X,
    hat,
    quantizer: { bits, symmetric: true, perChannel: true, scale, zeroPoint: scale.map(() => 0) },
  }
}

function solve({ out, k, w, X, hat, quantizer }: Unit, damping = 0.01) {
  const layer = { op: 'linear' as const, attributes: {}, weight: tensor([out, k], w), quantizer }
  const batch = (columns: number[][]) => [tensor([columns.length, k], columns.flat())]
  return kernels.closedForm(layer, batch(X), batch(hat), { columns: 1e6, damping, seed: 0 })
}

const valuesOf = (codes: number[], unit: Unit) =>
  codes.map((c, i) => c * unit.quantizer.scale[Math.floor(i / unit.k)]!)
const lossOf = (unit: Unit, values: number[]) =>
  rows(unit.w, unit.k).reduce((sum, w, i) => sum + loss(w, rows(values, unit.k)[i]!, unit.X, unit.hat), 0)
const nearest = (unit: Unit) => {
  const { bits, scale } = unit.quantizer
  const [low, high] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]
  return unit.w.map((w, i) => {
    const s = scale[Math.floor(i / unit.k)]!
    return Math.min(Math.max(Math.floor(w / s + 0.5), low), high) * s
  })
}

t.test('never beats the exhaustive optimum, on the whole beats nearest', async t => {
  let solved = 0
  let rounded = 0
  for (let seed = 0; seed < 50; seed++) {
    const unit = tinyUnit({ seed })
    const least = exhaustive(unit.w, unit.X, unit.hat, unit.quantizer.scale[0]!, -2, 1)
    const found = lossOf(unit, valuesOf(numbers(solve(unit).codes), unit))
    t.ok(found >= least * (1 - 1e-6), `seed ${seed}: ${found} against ${least}`)
    solved += found
    rounded += lossOf(unit, nearest(unit))
  }
  t.ok(solved < 0.8 * rounded, `${solved} against ${rounded} of nearest rounding`)
})

t.test('the gradient is zero at the real-valued optimum', async t => {
  const unit = tinyUnit({ out: 3, k: 6, bits: 4, seed: 7 })
  const damping = 1e-3
  const best = numbers(solve(unit, damping).best)
  const lambda = (damping * unit.hat.reduce((sum, x) => sum + dot(x, x), 0)) / unit.hat.length / unit.k
  const objective = (v: number[]) =>
    lossOf(unit, v) + lambda * v.reduce((sum, value, i) => sum + (value - unit.w[i]!) ** 2, 0)
  const step = 1e-3
  const slope = (from: number[], i: number) => {
    const moved = (change: number) => from.map((value, j) => (i === j ? value + change : value))
    return (objective(moved(step)) - objective(moved(-step))) / (2 * step)
  }
  const slopes = (from: number[]) => Math.max(...from.map((_, i) => Math.abs(slope(from, i))))
  t.ok(slopes(best) < 1e-4 * slopes(unit.w.map(w => w + 0.1)), `slope ${slopes(best)}`)
  t.ok(objective(best) < objective(unit.w), 'better than the full-precision weights')
})

t.test('the losses that it reports are those of the codes', async t => {
  const unit = tinyUnit({ out: 5, k: 7, columns: 60, bits: 3, seed: 3 })
  const { codes, lossBefore, lossAfter, columns } = solve(unit)
  t.equal(columns, 60)
  const close = (a: number, b: number) => Math.abs(a / b - 1) < 1e-4
  t.ok(close(lossBefore, lossOf(unit, nearest(unit))), `${lossBefore}`)
  t.ok(close(lossAfter, lossOf(unit, valuesOf(numbers(codes), unit))), `${lossAfter}`)
  t.ok(lossAfter < lossBefore)
})

t.test('the codes are those of GPTQ, written with the inverse', async t => {
  // 150 inputs: more than one block of columns.
  for (const { k, columns } of [
    { k: 9, columns: 40 },
    { k: 150, columns: 400 },
  ]) {
    const unit = tinyUnit({ out: 4, k, columns, bits: 4, seed: k })
    const { codes, best } = solve(unit)
    const H = gram(unit.hat, 0.01)
    const expected = rows(numbers(best), k).flatMap((w, i) => {
      const scale = unit.quantizer.scale[i]!
      return gptq(w, H, x => Math.min(Math.max(Math.floor(x / scale + 0.5), -8), 7) * scale).map(v =>
        Math.round(v / scale),
      )
    })
    // A value within rounding error of a tie may fall on the other side, and its row goes on from there.
    const off = numbers(codes).filter((c, i) => c !== expected[i]).length
    t.ok(
      off <= (k > 100 ? 0.01 * expected.length : 0),
      `${off} of ${expected.length} codes differ at ${k} inputs`,
    )
    t.ok(Math.min(...numbers(codes)) >= -8 && Math.max(...numbers(codes)) <= 7, 'on the grid')
  }
})

t.test('a dead input keeps its weight, and the nearest code', async t => {
  const unit = tinyUnit({ out: 3, k: 6, bits: 4, seed: 5 })
  for (const x of [...unit.X, ...unit.hat]) x[2] = 0
  const { codes, best, damping } = solve(unit)
  for (let row = 0; row < 3; row++) {
    t.equal(numbers(best)[row * 6 + 2], unit.w[row * 6 + 2])
    t.equal(valuesOf(numbers(codes), unit)[row * 6 + 2], nearest(unit)[row * 6 + 2])
  }
  t.equal(damping, 0.01)
  for (const x of [...unit.X, ...unit.hat]) x.fill(0)
  t.same(valuesOf(numbers(solve(unit).codes), unit), nearest(unit), 'no input at all: nearest codes')
})

t.test('inputs without full rank are solved, and the damping that it took is reported', async t => {
  const unit = tinyUnit({ out: 2, k: 6, columns: 40, bits: 4, seed: 9 })
  for (const x of [unit.X, unit.hat]) for (const column of x) column.fill(column[0]!, 1, 4)
  const regular = solve(unit)
  t.equal(regular.damping, 0.01)
  t.ok(regular.lossAfter < regular.lossBefore)
  const undamped = solve(unit, 0)
  t.ok(undamped.damping > 0, `${undamped.damping}`)
  t.ok(undamped.lossAfter < undamped.lossBefore)
  const few = tinyUnit({ out: 2, k: 12, columns: 3, bits: 4, seed: 10 })
  t.ok(solve(few).lossAfter < solve(few).lossBefore, 'fewer columns than inputs')
})

t.test('inputs that are not finite fail by the name of the unit', async t => {
  const unit = tinyUnit({ seed: 1 })
  unit.hat[3]![1] = Number.NaN
  t.throws(() => solve(unit), { code: 'ERR_BAD_DATA', message: /layer/ })
})
