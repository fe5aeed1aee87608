// The ops of gated, shuffled and channel-normalized networks: against formulas in loops, and with attributes that do not fit.
// What PyTorch makes of them is recorded in test/fixtures/onnx/more.json.
import t from 'tap'
import type { NodeSpec, TensorData } from '../../binding.js'
import { naive } from '../oracles/transformer.js'
import { create, floats, images, kernels, node, relativeError, singleOp, tensor } from './recorded.js'

const [N, C, H, W] = [2, 6, 3, 4]
const SHAPE = [N, C, H, W]
const x = images(SHAPE).map(value => 5 * value)

async function made(op: string, rest: Partial<NodeSpec> = {}, tensors: Record<string, TensorData> = {}) {
  const model = await create(singleOp([C, H, W], op, rest), tensors)
  return floats((await kernels.runValues(model, x, SHAPE, false, 0).promise).values.op!)
}

/** The number at each place of an image, by sample, channel and position. */
const each = (channels: number, number: (n: number, c: number, p: number) => number): number[] =>
  Array.from({ length: N * channels * H * W }, (_, i) => {
    const place = Math.floor(i / (H * W))
    return number(Math.floor(place / channels), place % channels, i % (H * W))
  })
const at = (n: number, c: number, p: number): number => x[(n * C + c) * H * W + p]!

t.test('sigmoid, silu, hardsigmoid, multiply', async t => {
  const sigmoid = (value: number) => 1 / (1 + Math.exp(-value))
  const expected = {
    sigmoid,
    silu: (value: number) => value * sigmoid(value),
    hardsigmoid: (value: number) => (value <= -3 ? 0 : value >= 3 ? 1 : (value + 3) / 6),
    multiply: (value: number) => value * value,
  }
  for (const [op, formula] of Object.entries(expected)) {
    t.ok(relativeError(await made(op), Array.from(x, formula)) < 1e-6, op)
  }
})

t.test('scale and layerNorm: by channel, of each position', async t => {
  const weight = images([C])
  const tensors = {
    w: tensor([C], weight),
    s: tensor(
      [C],
      weight.map(value => value / 2),
    ),
  }
  const scaled = await made('scale', { parameters: { weight: 'w' } }, tensors)
  t.ok(
    relativeError(
      scaled,
      each(C, (n, c, p) => weight[c]! * at(n, c, p)),
    ) < 1e-6,
  )
  const normed = await made(
    'layerNorm',
    { attributes: { eps: 1e-3 }, parameters: { weight: 'w', bias: 's' } },
    tensors,
  )
  const vector = (n: number, p: number) => Array.from({ length: C }, (_, c) => at(n, c, p))
  const shift = [...weight].map(value => value / 2)
  const expected = each(C, (n, c, p) => naive.layerNorm(vector(n, p), C, 1e-3, [...weight], shift)[c]!)
  t.ok(relativeError(normed, expected) < 1e-5)
})

t.test('channels and channelShuffle', async t => {
  t.strictSame(
    await made('channels', { attributes: { from: 2, to: 5 } }),
    each(3, (n, c, p) => at(n, c + 2, p)),
  )
  for (const groups of [1, 2, 3, 6]) {
    const expected = each(C, (n, c, p) => at(n, (c % groups) * (C / groups) + Math.floor(c / groups), p))
    t.strictSame(await made('channelShuffle', { attributes: { groups } }), expected)
  }
})

t.test('multiply: an image by a number a channel', async t => {
  const nodes = [
    node('input', 'input', []),
    node('gate', 'mean', ['input'], { attributes: { keepDimensions: true } }),
    node('op', 'multiply', ['input', 'gate']),
    node('logits', 'flatten', ['op']),
  ]
  const model = await create({ inputShape: [C, H, W], nodes, output: 'logits' })
  const found = floats((await kernels.runValues(model, x, SHAPE, false, 0).promise).values.op!)
  const mean = (n: number, c: number) =>
    Array.from({ length: H * W }, (_, p) => at(n, c, p)).reduce((sum, value) => sum + value, 0) / (H * W)
  t.ok(
    relativeError(
      found,
      each(C, (n, c, p) => mean(n, c) * at(n, c, p)),
    ) < 1e-6,
  )
})

t.test('hostile attributes and shapes are refused by node name', async t => {
  const refused = async (op: string, rest: Partial<NodeSpec> = {}, tensors = {}) =>
    t.rejects(
      create(singleOp([C, H, W], op, rest), tensors),
      { code: 'ERR_BAD_MODEL', message: /node op/ },
      op,
    )
  for (const groups of [0, -1, 4, 2 ** 40, 1.5]) await refused('channelShuffle', { attributes: { groups } })
  for (const [from, to] of [
    [-1, 2],
    [2, 2],
    [3, 2],
    [0, 7],
    [6, 7],
    [0, 2 ** 40],
  ])
    await refused('channels', { attributes: { from: from!, to: to! } })
  await refused('scale')
  await refused('scale', { parameters: { weight: 'w' } }, { w: tensor([C - 1], images([C - 1])) })
  const nodes = [
    node('input', 'input', []),
    node('some', 'channels', ['input'], { attributes: { from: 0, to: C - 1 } }),
    node('op', 'multiply', ['some', 'input']),
    node('logits', 'flatten', ['op']),
  ]
  await t.rejects(create({ inputShape: [C, H, W], nodes, output: 'logits' }), {
    code: 'ERR_BAD_MODEL',
    message: /node op/,
  })
})
