// The defences that learn to round: each through the whole facade.
import t from 'tap'
import { type Dataset, type QuantizedModel, quantize } from '../../lib/index.js'
import { DEFENCES } from '../../lib/lab/defences/index.js'
import { digits, smallModel } from '../facade/small.js'
import { numbers } from '../oracles/tensors.js'
import { roundingKernels } from '../purify/rounding.js'

const images: Dataset = await digits(32)
const model = await smallModel()
type Name = 'efrap' | 'adaround' | 'brecq' | 'qdrop'
const quick = { threads: 1, seed: 3, batch: 16, iterations: 4, learningRate: 0.1 }

const run = (name: Name, options: Record<string, unknown> = {}): Promise<QuantizedModel> =>
  DEFENCES[name].run(model, images, { ...quick, ...options }) as Promise<QuantizedModel>

async function codesOf(of: QuantizedModel): Promise<Record<string, number[]>> {
  const { spec } = await of.content()
  const weights = spec.quantization!.weights
  return Object.fromEntries(Object.entries(weights).map(([name, { codes }]) => [name, numbers(codes)]))
}

const plain = await quantize(model, images, { threads: 1, seed: 3 })
const nearest = await codesOf(plain)

for (const name of ['efrap', 'adaround'] as const)
  t.test(`${name}: rounds up or down, unit by unit, the same way for the same seed`, async t => {
    const [one, other] = [await run(name), await run(name)]
    const codes = await codesOf(one)
    t.same(codes, await codesOf(other))
    const differences = Object.entries(codes).flatMap(([unit, each]) =>
      each.map((c, i) => Math.abs(c - nearest[unit]![i]!)),
    )
    t.equal(Math.max(...differences), 1, 'never further than the neighbour')
    t.same(
      one.report!.units.map(({ unit, iterations, pda }) => [unit, iterations, pda]),
      model.inspect().units.map(unit => [unit.name, 4, false]),
    )
    t.ok(one.report!.units.every(unit => unit.lossBefore > 0 && unit.lossAfter > 0))
    t.match(one.report, { method: name, solver: null, quantizer: 'mse', weightBits: 4, activationBits: 4 })
    t.match(one.provenance, { made: name, settings: { regularization: 0.01, iterations: 4 } })
    const { quantization } = (await one.content()).spec
    t.same(quantization!.activations, (await plain.content()).spec.quantization!.activations)
  })

for (const name of ['efrap', 'adaround', 'brecq', 'qdrop'] as const)
  t.test(`${name}: reports how far it is, and stops when asked`, async t => {
    const control = new AbortController()
    const seen: string[] = []
    const job = run(name, {
      iterations: 1e6,
      signal: control.signal,
      onProgress: ({ name, step }: { name: string; step: number }) => {
        if (step > 0) {
          seen.push(name)
          control.abort()
        }
      },
    })
    await t.rejects(job, { code: 'ERR_ABORTED' })
    t.ok(seen.length > 0)
  })

t.test('brecq: rounds block by block, the same way for the same seed', async t => {
  const [one, other] = [await run('brecq'), await run('brecq')]
  const codes = await codesOf(one)
  t.same(codes, await codesOf(other))
  const differences = Object.entries(codes).flatMap(([unit, each]) =>
    each.map((c, i) => Math.abs(c - nearest[unit]![i]!)),
  )
  t.equal(Math.max(...differences), 1, 'never further than the neighbour')
  t.same(
    one.report!.units.map(({ unit }) => unit),
    roundingKernels.blocks(model.handle).map(block => block.name),
  )
  t.ok(one.report!.units.every(unit => unit.iterations === 4 && unit.lossBefore > 0 && unit.lossAfter > 0))
})

t.test('qdrop: with nothing dropped it is brecq, otherwise not', async t => {
  const brecq = await codesOf(await run('brecq'))
  t.same(await codesOf(await run('qdrop', { drop: 0 })), brecq)
  const dropping = await codesOf(await run('qdrop'))
  t.notSame(dropping, brecq)
  t.same(await codesOf(await run('qdrop')), dropping)
})
