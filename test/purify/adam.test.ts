// The Adam solvers: the official loop against PyTorch's (test/fixtures/purify/adam.py), the paper's by what it promises.
import t from 'tap'
import { fixture, purified } from './tiny.js'

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
