// Quantizing and purifying networks of tokens: every linear and convolution is a unit, BN or not.
import t from 'tap'
import type { ImagesData, ModelHandle, Native } from '../../binding.js'
import { createModel, purify, quantize } from '../../lib/index.js'
import { loadNative } from '../../lib/native/load.js'
import { digits } from '../facade/small.js'
import { node } from '../graph/recorded.js'
import { normal, numbers, random, tensor } from '../oracles/tensors.js'
import { purifyKernels } from './kernels.js'
import { settings } from './tiny.js'

const tiny = {
  vit: () =>
    createModel('vit', { width: 8, heads: 2, depth: 2, patch: 7, channels: 1, inputSize: 28, seed: 3 }),
  efficientvit: () => createModel('efficientvit', { width: 2, channels: 1, inputSize: 28, seed: 3 }),
}
const quick = { calibration: 32, columns: 256, threads: 1 } as const

t.test('closed form on tokens: that of all tokens as one batch', async t => {
  const kernels = await purifyKernels()
  const [n, tokens, k, rows] = [3, 7, 6, 4]
  const weight = tensor([rows, k], normal(rows * k, 1))
  const scale = Array.from({ length: rows }, () => 0.25)
  const quantizer = { bits: 4, symmetric: true, perChannel: true, scale, zeroPoint: scale.map(() => 0) }
  const layer = { op: 'linear' as const, attributes: {}, weight, quantizer }
  const [x, drift] = [normal(n * tokens * k, 2), normal(n * tokens * k, 3)]
  const hat = x.map((value, i) => Math.fround(value + 0.1 * drift[i]!))
  const solve = (columns: number, shape: number[]) =>
    kernels.closedForm(layer, [tensor(shape, x)], [tensor(shape, hat)], { columns, damping: 0.01, seed: 0 })
  for (const columns of [1000, 12]) {
    const [whole, flat] = [solve(columns, [n, tokens, k]), solve(columns, [n * tokens, k])]
    t.equal(whole.columns, Math.min(columns, n * tokens))
    t.same(numbers(whole.codes), numbers(flat.codes))
    t.equal(whole.lossAfter, flat.lossAfter)
    t.ok(whole.lossAfter < whole.lossBefore)
  }
})

for (const [name, make] of Object.entries(tiny)) {
  t.test(`${name}: every linear and convolution is quantized, and what it reads`, async t => {
    const model = await make()
    const { spec } = await (
      await quantize(model, await digits(16), { calibration: 16, threads: 1 })
    ).content()
    const weighted = spec.graph.nodes.filter(({ op }) => op === 'linear' || op === 'conv2d')
    t.same(Object.keys(spec.quantization!.weights).sort(), weighted.map(node => node.name).sort())
    const read = new Set(weighted.map(node => node.inputs[0]!))
    t.same(Object.keys(spec.quantization!.activations).sort(), [...read].sort())
  })

  t.test(`${name}: purified, finite, reported unit by unit, the same bits again`, async t => {
    const images = await digits(32)
    const model = await make()
    const purified = await purify(model, images, quick)
    const { units } = purified.report!
    t.same(
      units.map(({ unit }) => unit),
      model.inspect().units.map(unit => unit.name),
    )
    const norms = new Map(model.inspect().units.map(unit => [unit.name, unit.batchNorm]))
    for (const { unit, lossBefore, lossAfter, pda } of units) {
      t.ok(Number.isFinite(lossBefore) && Number.isFinite(lossAfter), unit)
      t.equal(pda, norms.get(unit) !== null, `${unit}: PDA where there is a BN`)
    }
    const sum = (key: 'lossBefore' | 'lossAfter') => units.reduce((total, unit) => total + unit[key], 0)
    t.ok(sum('lossAfter') < sum('lossBefore'), `${sum('lossAfter')} against ${sum('lossBefore')}`)
    const shape = [2, 1, 28, 28]
    const { data } = await purified.forward(new Float32Array(2 * 28 * 28).fill(0.3), shape)
    t.ok([...data].every(Number.isFinite))
    const again = await purify(await make(), images, quick)
    t.strictSame((await again.content()).spec, (await purified.content()).spec)
  })
}

/** A linear on tokens, or a 1×1 convolution on the image that they are made of; then GELU and a classifier. */
async function pointwise(native: Native, kind: 'linear' | 'conv2d'): Promise<ModelHandle> {
  const [inner, out] = [4, 6]
  const shape = kind === 'linear' ? [out, inner] : [out, inner, 1, 1]
  const weight = { weight: 'w', bias: 'b' }
  const nodes = [
    node('input', 'input', []),
    ...(kind === 'linear'
      ? [node('tokens', 'tokens', ['input']), node('point', 'linear', ['tokens'], { parameters: weight })]
      : [node('point', 'conv2d', ['input'], { parameters: weight }), node('tokens', 'tokens', ['point'])]),
    node('gelu', 'gelu', [kind === 'linear' ? 'point' : 'tokens']),
    node('flatten', 'flatten', ['gelu']),
    node('head', 'linear', ['flatten'], { parameters: { weight: 'h' } }),
  ]
  const tensors = {
    w: tensor(shape, normal(out * inner, 1)),
    b: tensor([out], normal(out, 2)),
    h: tensor([3, 9 * out], normal(27 * out, 3)),
  }
  const graph = { inputShape: [inner, 3, 3], nodes, output: 'head' }
  return native.createModel({ graph, tensors, quantization: null }).promise
}

for (const solver of ['closed-form', 'adam-official', 'adam-paper'] as const)
  t.test(`${solver}: a linear on tokens gets the codes of the convolution that does the same`, async t => {
    const native = await loadNative()
    const noise = random(5)
    const images: ImagesData = {
      pixels: Uint8Array.from({ length: 24 * 36 }, () => 256 * noise()),
      shape: [24, 4, 3, 3],
      labels: null,
      mean: [0.5, 0.5, 0.5, 0.5],
      deviation: [0.3, 0.3, 0.3, 0.3],
    }
    const options = { ...settings, solver, weightBits: 3, activationBits: null, columns: 100 }
    const adam = { iterations: 100, learningRate: 2e-2 }
    const run = async (kind: 'linear' | 'conv2d') => {
      const job = native.purify(await pointwise(native, kind), images, { ...options, ...adam }, () => {})
      const { model, units } = await job.promise
      const { quantization } = await native.exportModel(model).promise
      return { codes: numbers(quantization!.weights.point!.codes), unit: units[0]! }
    }
    const [linear, convolution] = [await run('linear'), await run('conv2d')]
    t.same(linear.codes, convolution.codes)
    const [found, expected] = [linear.unit.lossAfter, convolution.unit.lossAfter]
    t.ok(Math.abs(found / expected - 1) < 1e-4, `${found}, ${expected}`)
    // The official loop keeps its last iterate, whatever that is worth.
    if (solver === 'adam-official') return
    t.ok(found <= linear.unit.lossBefore, `${found} against ${linear.unit.lossBefore} of nearest rounding`)
  })

for (const solver of ['adam-official', 'adam-paper'] as const)
  t.test(`vit: ${solver}`, async t => {
    const options = { ...quick, solver, iterations: 5, pda: false } as const
    const { report } = await purify(await tiny.vit(), await digits(32), options)
    t.equal(report?.units.length, 10)
    t.ok(report!.units.every(unit => Number.isFinite(unit.lossAfter) && unit.iterations === 5))
  })
