// The ops of transformers: against PyTorch (make_transformer.py), against loops, and with shapes that do not fit.
import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import type { NodeSpec, TensorData } from '../../binding.js'
import { naive } from '../oracles/transformer.js'
import { create, floats, folder, images, kernels, native, node, relativeError, tensor } from './recorded.js'

const recorded = JSON.parse(readFileSync(`${folder}transformer.json`, 'utf8')) as Record<string, number[]>

interface Step {
  op: string
  attributes?: NodeSpec['attributes']
  parameters?: Record<string, string>
}

/** The steps one after another on an image; `flatten` makes logits of the last value, "op". */
async function chain(
  imageShape: number[],
  steps: Step[],
  tensors: Record<string, TensorData> = {},
): ReturnType<typeof create> {
  const nodes = [node('input', 'input', [])]
  steps.forEach(({ op, ...rest }, at) => {
    const name = at === steps.length - 1 ? 'op' : `${op}${at}`
    const before = nodes.at(-1)?.name ?? ''
    nodes.push(node(name, op, op === 'concat' ? [before, before] : [before], rest))
  })
  nodes.push(node('logits', 'flatten', ['op']))
  return create({ inputShape: imageShape, nodes, output: 'logits' }, tensors)
}

async function lastValue(model: Awaited<ReturnType<typeof chain>>, data: Float32Array, shape: number[]) {
  const { values } = await kernels.runValues(model, data, shape, false, 0).promise
  const { op } = values
  t.strictSame(op?.shape.slice(1), native.describe(model).shapes.op, 'the inferred shape')
  return op!
}

/** Tokens [n, tokens, channels] as the image that `tokens` makes them of, [n, channels, 1, tokens]. */
function asImage(data: Float32Array, [n, tokens, channels]: [number, number, number]): Float32Array {
  const image = new Float32Array(data.length)
  for (let at = 0; at < data.length; at++) {
    const channel = at % channels
    const token = Math.floor(at / channels) % tokens
    image[(Math.floor(at / channels / tokens) * channels + channel) * tokens + token] = data[at]!
  }
  return image.subarray(0, n * tokens * channels)
}

const TOKENS: [number, number, number] = [2, 5, 12]
const [N, COUNT, WIDTH] = TOKENS
const x = images(TOKENS)
const scaled = (factor: number) => x.map(value => factor * value)

async function onTokens(data: Float32Array, steps: Step[], tensors: Record<string, TensorData> = {}) {
  const model = await chain([WIDTH, 1, COUNT], [{ op: 'tokens' }, ...steps], tensors)
  return lastValue(model, asImage(data, TOKENS), [N, WIDTH, 1, COUNT])
}

async function agrees(t: Test, found: Promise<TensorData>, expected: number[], oracle?: number[]) {
  const error = relativeError(floats(await found), expected)
  t.ok(error < 1e-5, `PyTorch: relative error ${error}`)
  if (!oracle) return
  const fromLoops = relativeError(oracle, expected)
  t.ok(fromLoops < 1e-5, `loops: relative error ${fromLoops}`)
}

t.test('layerNorm, with and without gain and shift', async t => {
  const gain = images([WIDTH])
  const shift = gain.map(value => value / 2)
  const tensors = { g: tensor([WIDTH], gain), s: tensor([WIDTH], shift) }
  const attributes = { eps: 1e-3 }
  const full = onTokens(x, [{ op: 'layerNorm', attributes, parameters: { weight: 'g', bias: 's' } }], tensors)
  await agrees(t, full, recorded.layerNorm!, naive.layerNorm([...x], WIDTH, 1e-3, [...gain], [...shift]))
  const bare = await onTokens(x, [{ op: 'layerNorm', attributes }])
  t.ok(relativeError(floats(bare), naive.layerNorm([...x], WIDTH, 1e-3)) < 1e-5)
})

t.test('gelu, its approximation, hardswish', async t => {
  await agrees(t, onTokens(scaled(3), [{ op: 'gelu' }]), recorded.gelu!)
  const tanh = [...scaled(3)].map(naive.geluTanh)
  const approximated = onTokens(scaled(3), [{ op: 'gelu', attributes: { tanh: true } }])
  await agrees(t, approximated, recorded.geluTanh!, tanh)
  const hard = [...scaled(6)].map(naive.hardswish)
  await agrees(t, onTokens(scaled(6), [{ op: 'hardswish' }]), recorded.hardswish!, hard)
})

t.test('a linear on tokens and attention: PyTorch’s multi-head attention', async t => {
  const weight = images([3 * WIDTH, WIDTH])
  const bias = images([3 * WIDTH])
  const tensors = { w: tensor([3 * WIDTH, WIDTH], weight), b: tensor([3 * WIDTH], bias) }
  const joint = { op: 'linear', parameters: { weight: 'w', bias: 'b' } }
  const found = onTokens(x, [joint, { op: 'attention', attributes: { heads: 3 } }], tensors)
  const all = naive.linear([...x], [...weight], [...bias])
  await agrees(t, found, recorded.attention!, naive.attention(all, N, COUNT, 3))
})

t.test('liteAttention', async t => {
  const shape = [2, 24, 3, 3]
  const model = await chain(
    [24, 3, 3],
    [{ op: 'liteAttention', attributes: { headDimension: 4, eps: 1e-5 } }],
  )
  const oracle = naive.liteAttention([...images(shape)], shape, 4, 1e-5)
  await agrees(t, lastValue(model, images(shape), shape), recorded.liteAttention!, oracle)
})

t.test('tokens, classToken, positionEmbedding, selectToken, concat', async t => {
  const image = images([2, 3, 2, 4])
  const at = (n: number, c: number, position: number) => image[(n * 3 + c) * 8 + position]!
  const token = images([3])
  const places = images([9 * 3]).map(value => value / 3)
  const tensors = { t: tensor([1, 1, 3], token), p: tensor([1, 9, 3], places) }
  const steps: Step[] = [
    { op: 'tokens' },
    { op: 'classToken', parameters: { token: 't' } },
    { op: 'positionEmbedding', parameters: { embedding: 'p' } },
  ]
  const expected = [0, 1].flatMap(n =>
    Array.from({ length: 27 }, (_, i) => {
      const [place, c] = [Math.floor(i / 3), i % 3]
      return Math.fround((place === 0 ? token[c]! : at(n, c, place - 1)) + places[i]!)
    }),
  )
  const shape = [2, 3, 2, 4]
  const whole = await lastValue(await chain([3, 2, 4], steps, tensors), image, shape)
  t.strictSame(whole.shape, [2, 9, 3])
  t.strictSame(floats(whole), expected)
  for (const index of [0, 5, 8]) {
    const model = await chain([3, 2, 4], [...steps, { op: 'selectToken', attributes: { index } }], tensors)
    const rows = [0, 27].flatMap(from => expected.slice(from + 3 * index, from + 3 * index + 3))
    t.strictSame(floats(await lastValue(model, image, shape)), rows)
  }
  const twice = await lastValue(await chain([3, 2, 4], [{ op: 'relu' }, { op: 'concat' }]), image, shape)
  const positive = Array.from(image, value => Math.max(value, 0))
  t.strictSame(
    floats(twice),
    [0, 24].flatMap(from => [1, 2].flatMap(() => positive.slice(from, from + 24))),
  )
})

t.test('hostile attributes and shapes are refused by node name', async t => {
  const refused = async (imageShape: number[], steps: Step[], tensors = {}) =>
    t.rejects(chain(imageShape, steps, tensors), { code: 'ERR_BAD_MODEL', message: /node op/ })
  const tokens = { op: 'tokens' }
  for (const heads of [0, -1, 5, 2 ** 40, 1.5, true])
    await refused([12, 2, 2], [tokens, { op: 'attention', attributes: { heads } }])
  await refused([12, 2, 2], [tokens, { op: 'attention' }])
  await refused([12, 2, 2], [{ op: 'attention', attributes: { heads: 1 } }])
  // 2^28 weights a head at most: 20,000 tokens would be 4·10⁸.
  await refused([3, 100, 200], [tokens, { op: 'attention', attributes: { heads: 1 } }])
  for (const headDimension of [0, -4, 5, 12, 2 ** 40])
    await refused([24, 2, 2], [{ op: 'liteAttention', attributes: { headDimension } }])
  await refused([24, 2, 2], [{ op: 'liteAttention', attributes: { headDimension: 4, eps: 0 } }])
  await refused([24, 2, 2], [{ op: 'liteAttention' }])
  for (const eps of [0, -1, true])
    await refused([4, 2, 2], [tokens, { op: 'layerNorm', attributes: { eps } }])
  await refused([4, 2, 2], [{ op: 'gelu', attributes: { tanh: 1 } }])
  for (const index of [-1, 4, 2 ** 40, 0.5])
    await refused([4, 2, 2], [tokens, { op: 'selectToken', attributes: { index } }])
  await refused([4, 2, 2], [tokens, tokens])
  await refused([4, 2, 2], [tokens, { op: 'concat' }])
  const vector = { v: tensor([4], images([4])) }
  await refused([4, 2, 2], [tokens, { op: 'classToken', parameters: { token: 'v' } }], vector)
  await refused([4, 2, 2], [tokens, { op: 'positionEmbedding', parameters: { embedding: 'v' } }], vector)
  await refused([4, 2, 2], [tokens, { op: 'classToken' }])
  const statistics = { runningMean: 'v', runningVar: 'v' }
  await refused([4, 2, 2], [tokens, { op: 'batchNorm2d', parameters: statistics }], {
    v: tensor([4], [1, 1, 1, 1]),
  })
  await refused([4, 2, 2], [tokens, { op: 'linear', parameters: { weight: 'w' } }], {
    w: tensor([2, 3], images([2, 3])),
  })
})
