// The tuning defences: the formula that each stands on, and that each runs, repeats itself and leaves its model alone.
import t, { type Test } from 'tap'
import type { ModelHandle, TensorData } from '../../binding.js'
import type { Model } from '../../lib/index.js'
import { lowest } from '../../lib/lab/defences/fine-pruning.js'
import { DEFENCES, type DefenceName } from '../../lib/lab/defences/index.js'
import { loadNative } from '../../lib/native/load.js'
import { digits, smallModel } from '../facade/small.js'
import { normal, numbers, tensor } from '../oracles/tensors.js'

const native = await loadNative()
const kernels = native.kernels as unknown as {
  fixedPoint(J: TensorData, g: TensorData, iterations: number): TensorData
  attention(maps: TensorData): TensorData
  stageEnds(model: ModelHandle, count: number): string[]
  moveImages(
    model: ModelHandle,
    images: unknown,
    options: { steps: number; bound: number },
  ): { moved: TensorData; normalized: TensorData; before: number; after: number }
}
const images = await digits(48)
const model = await smallModel()

const close = (t: Test, found: number, expected: number, what: string, tolerance = 1e-5) =>
  t.ok(
    Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what}: ${found}, ${expected}`,
  )

async function weights(of: Model): Promise<Record<string, number[]>> {
  const { tensors } = await native.exportModel(of.handle).promise
  return Object.fromEntries(Object.entries(tensors).map(([name, each]) => [name, numbers(each)]))
}

t.test('I-BAU: the fixed point is the dense solution of v = Jᵀv + g', async t => {
  // (I − Jᵀ)v = g for J = [[0.2, 0.1], [0.3, −0.4]], g = [1, 2], by Cramer's rule
  const determinant = 0.8 * 1.4 - -0.3 * -0.1
  const expected = [(1 * 1.4 + 0.3 * 2) / determinant, (0.8 * 2 + 0.1 * 1) / determinant]
  const J = tensor([2, 2], [0.2, 0.1, 0.3, -0.4])
  const found = numbers(kernels.fixedPoint(J, tensor([2], [1, 2]), 60))
  for (const [i, value] of expected.entries()) close(t, found[i] ?? Number.NaN, value, `element ${i}`)
  t.same(numbers(kernels.fixedPoint(J, tensor([2], [1, 2]), 1)), [1, 2], 'one iteration is g')
})

t.test('NAD: attention is the sum of squares over channels, normed', async t => {
  const [n, c, h, w] = [2, 3, 2, 2]
  const maps = normal(n * c * h * w, 3)
  const found = numbers(kernels.attention(tensor([n, c, h, w], maps)))
  for (let sample = 0; sample < n; sample++) {
    const sums = Array.from({ length: h * w }, (_, at) =>
      Array.from({ length: c }, (_, channel) => maps[(sample * c + channel) * h * w + at] ?? 0).reduce(
        (sum, value) => sum + value ** 2,
        0,
      ),
    )
    const norm = Math.hypot(...sums)
    for (const [at, sum] of sums.entries())
      close(t, found[sample * h * w + at] ?? Number.NaN, sum / (norm + 1e-6), `${sample}, ${at}`)
  }
})

t.test('NAD: distils at the ends of the stages', async t => {
  const ends = kernels.stageEnds(model.handle, 3)
  t.equal(ends.length, 3)
  t.match(ends[0], /^layer4/)
  t.match(ends[2], /^layer2/)
})

t.test('PDA as a plug-in: stays within its bound and brings the statistics nearer', async t => {
  const bound = 0.02
  const { moved, normalized, before, after } = kernels.moveImages(model.handle, images.imagesFor(model), {
    steps: 3,
    bound,
  })
  const [to, from] = [numbers(moved), numbers(normalized)]
  const farthest = to.reduce((most, value, i) => Math.max(most, Math.abs(value - (from[i] ?? 0))), 0)
  t.ok(farthest <= bound * 1.001 && farthest > bound / 2, `moved by ${farthest}`)
  t.ok(after < before, `${before} to ${after}`)
})

t.test('fine-pruning: cuts off exactly the lowest, and they stay so', async t => {
  t.same(lowest(Float64Array.of(3, 1, 2, 1, 5), 3), [1, 2, 3])
  t.same(lowest(Float64Array.of(3, 1), 0), [])
  const tuned = await run('fine-pruning', { ratio: 0.5, epochs: 2, batch: 16 })
  const fc =
    Object.entries(await weights(tuned)).find(([name]) => /(fc|linear)\.weight$/.test(name))?.[1] ?? []
  const features = fc.length / 10
  const zero = Array.from({ length: features }, (_, at) =>
    Array.from({ length: 10 }, (_, row) => fc[row * features + at]).every(value => value === 0),
  )
  t.equal(zero.filter(Boolean).length, features / 2)
})

t.test('MCR: the ends of the curve are its models', async t => {
  const other = await run('ft', { epochs: 1, batch: 16 })
  const point = async (at: number) => {
    const handle = await native.onCurve(model.handle, other.handle, other.handle, at).promise
    const { tensors } = await native.exportModel(handle).promise
    return numbers(tensors['conv1.weight'] as TensorData)
  }
  t.same(await point(0), (await weights(model))['conv1.weight'])
  t.same(await point(1), (await weights(other))['conv1.weight'])
  const [a, b] = [(await weights(model))['conv1.weight'] ?? [], (await weights(other))['conv1.weight'] ?? []]
  const middle = await point(0.5)
  close(t, middle[0] ?? Number.NaN, 0.25 * (a[0] ?? 0) + 0.75 * (b[0] ?? 0), 'a quarter and three')
})

const run = (name: DefenceName, options: Record<string, unknown> = {}): Promise<Model> =>
  DEFENCES[name].run(model, images, { threads: 1, seed: 3, ...options })

const QUICK: Partial<Record<DefenceName, Record<string, unknown>>> = {
  ft: { epochs: 1, batch: 16 },
  'fine-pruning': { epochs: 1, batch: 16 },
  mcr: { epochs: 1, curveEpochs: 1, batch: 16 },
  nad: { epochs: 1, teacherEpochs: 1, batch: 16 },
  'nad-pda': { epochs: 1, teacherEpochs: 1, batch: 16, pdaBound: 0.01 },
  'i-bau': { rounds: 1, iterations: 2, batch: 16, learningRate: 1e-3 },
  'ft-sam': { epochs: 1, batch: 16, rho: 0.5 },
  'ft-sam-pda': { epochs: 1, batch: 16, rho: 0.5 },
}
for (const [name, options] of Object.entries(QUICK) as [DefenceName, Record<string, unknown>][])
  t.test(`${name}: tunes a copy, the same one for the same seed`, async t => {
    const before = await weights(model)
    const [one, other] = [await run(name, options), await run(name, options)]
    const found = await weights(one)
    t.same(await weights(model), before, 'the model that came in is as it was')
    t.same(found, await weights(other))
    t.ok(
      Object.values(found).every(values => values.every(Number.isFinite)),
      'all finite',
    )
    t.notSame(found['conv1.weight'], before['conv1.weight'])
    t.equal(one.provenance?.made, name)
    const signal = AbortSignal.abort()
    await t.rejects(run(name, { ...options, signal }), { code: 'ERR_ABORTED' })
  })
