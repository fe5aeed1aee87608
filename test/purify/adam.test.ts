// The Adam solvers: the official loop against PyTorch's (test/fixtures/purify/adam.py), the paper's by what it promises.
import t from 'tap'
import { fixture, purified } from './tiny.js'

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

t.test('official: the codes are those of the PyTorch loop, unit after unit', async t => {
  const { codes, units } = await purified({ solver: 'adam-official' })
  for (const [name, expected] of Object.entries(fixture.units)) {
    const found = codes[name]!
    // After 60 steps a few weights lie within rounding error of a tie.
    const off = found.filter((c, i) => c !== expected.codes[i]).length
    const moved = expected.codes.filter((c, i) => c !== expected.nearest[i]).length
    t.ok(off <= 0.02 * found.length && off < moved / 2, `${name}: ${off} differ, ${moved} had moved`)
  }
  t.same(
    units.map(unit => [unit.unit, unit.iterations, unit.pda]),
    ['conv1', 'conv2', 'fc'].map(name => [name, fixture.iterations, false]),
  )
})

t.test(
  'official: the trace of the loss is that of the PyTorch loop; 100 means of spans where it is longer',
  async t => {
    const { units } = await purified({ solver: 'adam-official' })
    for (const { unit, trace } of units) {
      const expected = fixture.units[unit]!.losses
      t.equal(trace.length, expected.length, unit)
      // Codes that differ by a tie make a later loss differ a little.
      const off = trace.map((loss, at) => Math.abs(loss - expected[at]!) / expected[at]!)
      t.ok(Math.max(...off.slice(0, 5)) < 1e-3, `${unit}: ${off.slice(0, 5)}`)
      t.ok(off.reduce((sum, one) => sum + one, 0) < 0.02 * off.length, `${unit}: ${off}`)
    }
    const short = (await purified({ solver: 'adam-official', iterations: 100 })).units[0]!.trace
    const long = (await purified({ solver: 'adam-official', iterations: 250 })).units[0]!.trace
    t.strictSame([short.length, long.length], [100, 84])
    const spans = Array.from({ length: 33 }, (_, at) => mean(short.slice(3 * at, 3 * at + 3)))
    t.ok(spans.every((span, at) => Math.abs(span - long[at]!) <= 1e-6 * span))
  },
)

t.test('closed form: no trace', async t => {
  for (const { trace } of (await purified({ solver: 'closed-form' })).units) t.strictSame(trace, [])
})

t.test('no iteration leaves nearest rounding', async t => {
  const { codes, units } = await purified({ solver: 'adam-official', iterations: 0 })
  for (const [name, { nearest }] of Object.entries(fixture.units)) t.same(codes[name], nearest)
  for (const { lossBefore, lossAfter } of units) t.equal(lossBefore, lossAfter)
})

t.test('official: the loss of the linear part falls', async t => {
  const { units } = await purified({
    solver: 'adam-official',
    iterations: 20,
    learningRate: 2e-4,
    activationBits: null,
  })
  const sum = (key: 'lossBefore' | 'lossAfter') => units.reduce((total, unit) => total + unit[key], 0)
  t.ok(sum('lossAfter') < sum('lossBefore'), `${sum('lossAfter')} against ${sum('lossBefore')}`)
})

t.test('paper: the loss of the linear part falls', async t => {
  const changes = { solver: 'adam-paper', learningRate: 5e-5, iterations: 200, activationBits: null } as const
  const [first] = (await purified(changes)).units
  t.ok(first!.lossAfter < first!.lossBefore, `${first!.lossAfter} against ${first!.lossBefore}`)
})

t.test('paper: on the inputs that both sides share, never worse than nearest rounding', async t => {
  for (const learningRate of [2e-4, 1e-3]) {
    const { units } = await purified({ solver: 'adam-paper', learningRate, activationBits: null })
    const [first] = units
    t.ok(first!.lossAfter <= first!.lossBefore, `${first!.lossAfter} against ${first!.lossBefore}`)
  }
})

t.test('paper: stops on a plateau; official: runs all its iterations', async t => {
  const iterations = 6000
  const paper = await purified({ solver: 'adam-paper', iterations, learningRate: 1e-3 })
  for (const unit of paper.units) t.ok(unit.iterations < iterations && unit.iterations % 500 === 0, unit.unit)
  const official = await purified({ solver: 'adam-official', iterations: 1200 })
  for (const unit of official.units) t.equal(unit.iterations, 1200)
})

t.test('the same seed draws the same batches', async t => {
  const run = (seed: number) => purified({ solver: 'adam-official', seed, batch: 2, iterations: 100 })
  const [first, second, third] = [await run(1), await run(1), await run(2)]
  t.same(first.codes, second.codes)
  t.notSame(first.codes, third.codes)
})
