// Learned rounding: its losses and gradients against naive loops, its solutions against every choice that there is.
import t, { type Test } from 'tap'
import { normal, numbers, tensor } from '../oracles/tensors.js'
import {
  between,
  clamp,
  errorOf,
  forward,
  modelOf,
  options,
  placeOf,
  roundingKernels,
  type TinyUnit,
  tinyUnit,
} from './rounding.js'

type Method = 'efrap' | 'adaround'
const STRETCH = { efrap: { gamma: 0, zeta: 1 }, adaround: { gamma: -0.1, zeta: 1.1 } }

const shareOf = (method: Method, v: number) => {
  const { gamma, zeta } = STRETCH[method]
  return clamp((zeta - gamma) / (1 + Math.exp(-v)) + gamma, 0, 1)
}

/** EFRAP's second and third term. */
function reversal(unit: TinyUnit, shares: number[]): number {
  return shares.reduce((sum, h, i) => {
    const { scale, fraction, low, high, floor } = placeOf(unit, i)
    const up = fraction >= 0.5 ? 1 : 0
    const error = Math.abs(unit.w[i]! - clamp(floor + up, low, high) * scale)
    const [log, other] = [Math.max(Math.log(h), -100), Math.max(Math.log(1 - h), -100)]
    return sum - error * ((1 - up) * log + up * other) + 0.01 * (1 - Math.abs(2 * h - 1) ** 2)
  }, 0)
}

/** AdaRound's second term at an iteration of 100, of which 20 warm up. */
function regularizer(shares: number[], iteration: number): number {
  if (iteration < 20) return 0
  const beta = 20 - (18 * (iteration - 20)) / 80
  return shares.reduce((sum, h) => sum + 0.01 * (1 - Math.abs(2 * h - 1) ** beta), 0)
}

function naive(method: Method, unit: TinyUnit, variable: number[], iteration: number): number {
  const shares = variable.map(v => shareOf(method, v))
  const error = errorOf(
    unit,
    shares.map((h, i) => between(unit, i, h)),
  )
  return error + (method === 'efrap' ? reversal(unit, shares) : regularizer(shares, iteration))
}

async function slopes(method: Method, unit: TinyUnit, variable: number[] | null = null, iteration = 0) {
  const { out, k, x, hat, w, rows, quantizer } = unit
  const target = tensor([rows, out], forward(unit, x, w))
  const at = {
    input: tensor([rows, k], hat),
    target,
    variable: variable && tensor([out, k], variable),
    iteration,
  }
  return roundingKernels.roundingSlopes(await modelOf(unit), 'fc', quantizer, at, { ...options, method })
}

const close = (t: Test, found: number, expected: number, what: string, tolerance = 1e-5) =>
  t.ok(
    Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what}: ${found}, ${expected}`,
  )

for (const method of ['efrap', 'adaround'] as const) {
  t.test(`${method}: the loss is that of a naive loop, the gradient its finite difference`, async t => {
    for (const [seed, iteration] of [
      [0, 0],
      [10, 20],
      [20, 57],
      [30, 99],
    ] as const) {
      const unit = tinyUnit({ seed })
      const variable = normal(unit.w.length, seed + 7).map(v => Math.fround(1.5 * v))
      const { loss, gradient } = await slopes(method, unit, variable, iteration)
      close(t, loss, naive(method, unit, variable, iteration), `seed ${seed}`)
      const step = 1e-5
      for (const [i, found] of numbers(gradient).entries()) {
        const at = (by: number) =>
          naive(
            method,
            unit,
            variable.map((v, j) => (i === j ? v + by : v)),
            iteration,
          )
        close(t, found, (at(step) - at(-step)) / (2 * step), `seed ${seed}, slope ${i}`, 1e-3)
      }
    }
  })

  t.test(`${method}: begins at the full-precision weights`, async t => {
    const unit = tinyUnit({ out: 8, k: 16, bits: 4, seed: 5 })
    unit.w[3] = 0 // on the grid
    const { soft, share, codes } = await slopes(method, unit)
    let inside = 0
    for (const [i, found] of numbers(soft).entries()) {
      const { scale, low, high, fraction } = placeOf(unit, i)
      close(t, found, clamp(unit.w[i]!, low * scale, high * scale), `weight ${i}`, 2e-6)
      close(t, numbers(share)[i]!, fraction, `share ${i}`, 2e-5)
      if (unit.w[i]! > low * scale && unit.w[i]! < high * scale) inside++
    }
    t.ok(inside > 64 && inside < 128, `${inside} of 128 lie within the grid`)
    t.same(
      numbers(codes),
      codesOf(
        unit,
        unit.w.map((_, i) => placeOf(unit, i).fraction >= 0.5),
      ),
    )
  })
}

const codesOf = (unit: TinyUnit, up: boolean[]) =>
  up.map((each, i) => {
    const { floor, low, high, zero } = placeOf(unit, i)
    return clamp(floor + (each ? 1 : 0), low, high) + zero
  })

t.test('variables turn into the code below or above, and half an ‘up’ is up', async t => {
  const unit = tinyUnit({ out: 4, k: 8, bits: 3, seed: 2 })
  const variable = normal(32, 1)
  variable[0] = 0
  const { codes } = await slopes('adaround', unit, variable)
  t.same(
    numbers(codes),
    codesOf(
      unit,
      variable.map(v => v >= 0),
    ),
  )
})

t.test('AdaRound pays nothing while it warms up', async t => {
  const unit = tinyUnit({ seed: 1 })
  const variable = normal(6, 3)
  const [before, after] = [
    await slopes('adaround', unit, variable, 19),
    await slopes('adaround', unit, variable, 20),
  ]
  const shares = variable.map(v => shareOf('adaround', v))
  close(
    t,
    before.loss,
    errorOf(
      unit,
      shares.map((h, i) => between(unit, i, h)),
    ),
    'the error alone',
  )
  close(t, after.loss - before.loss, regularizer(shares, 20), 'and then the regularizer too')
})

/** Error of codes. */
const lossOf = (unit: TinyUnit, codes: number[]) =>
  errorOf(
    unit,
    codes.map((c, i) => (c - placeOf(unit, i).zero) * placeOf(unit, i).scale),
  )

const choicesOf = (unit: TinyUnit) =>
  Array.from({ length: 2 ** unit.w.length }, (_, choice) =>
    codesOf(
      unit,
      unit.w.map((_, i) => ((choice >> i) & 1) === 1),
    ),
  )

async function learned(method: Method, unit: TinyUnit, more: Partial<typeof options> = {}) {
  const { out, k, x, hat, w, rows, quantizer } = unit
  return numbers(
    roundingKernels.learnRounding(
      await modelOf(unit),
      'fc',
      quantizer,
      [tensor([rows, k], hat)],
      [tensor([rows, out], forward(unit, x, w))],
      { ...options, ...more, method, iterations: 200, learningRate: 0.04, seed: 0 },
    ),
  )
}

for (const method of ['efrap', 'adaround'] as const)
  t.test(
    `${method}: of all floors and ceilings it finds one near the best, on the whole far better than nearest`,
    async t => {
      const sums = { learned: 0, nearest: 0, best: 0 }
      for (let seed = 0; seed < 12; seed++) {
        const unit = tinyUnit({ out: 2, k: 5, rows: 24, bits: 3, seed: 100 * seed, drift: 0.05 })
        const best = Math.min(...choicesOf(unit).map(codes => lossOf(unit, codes)))
        // EFRAP's pull away from the nearest code is not what is asked for here.
        const found = lossOf(unit, await learned(method, unit, { reversal: 0 }))
        t.ok(
          found >= best - 1e-9,
          `seed ${seed}: ${found} is one of the choices, the best of which is ${best}`,
        )
        sums.learned += found
        sums.best += best
        sums.nearest += lossOf(
          unit,
          codesOf(
            unit,
            unit.w.map((_, i) => placeOf(unit, i).fraction >= 0.5),
          ),
        )
      }
      t.ok(sums.learned - sums.best < 0.1 * (sums.nearest - sums.best), JSON.stringify(sums))
    },
  )

t.test('EFRAP rounds the weights that nearest rounding errs most on the other way', async t => {
  const unit = tinyUnit({ out: 8, k: 16, rows: 4, bits: 4, seed: 9 })
  const away = await learned('efrap', unit, { reversal: 100, regularization: 0 })
  const up = unit.w.map((_, i) => placeOf(unit, i).fraction >= 0.5)
  const [nearest, other] = [
    codesOf(unit, up),
    codesOf(
      unit,
      up.map(each => !each),
    ),
  ]
  const flipped = away.filter((c, i) => c === other[i] && nearest[i] !== other[i]).length
  const could = nearest.filter((c, i) => c !== other[i]).length
  t.ok(flipped > 0.9 * could, `${flipped} of ${could}`)
})
