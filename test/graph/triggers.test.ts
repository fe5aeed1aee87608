// The ops of learned triggers against loops, and with shapes that do not fit.
import t from 'tap'
import type { NodeSpec } from '../../binding.js'
import { create, floats, images, kernels, native, node, relativeError, singleOp, tensor } from './recorded.js'

const SHAPE: [number, number, number, number] = [2, 3, 4, 5]
const [N, C, H, W] = SHAPE
const x = images(SHAPE)

async function lastValue(model: Awaited<ReturnType<typeof create>>, data = x, shape: number[] = SHAPE) {
  const { values } = await kernels.runValues(model, data, shape, false, 0).promise
  t.strictSame(values.op?.shape.slice(1), native.describe(model).shapes.op, 'the inferred shape')
  return floats(values.op!)
}
const single = (op: string, rest: Partial<NodeSpec> = {}) => create(singleOp([C, H, W], op, rest))

t.test('sigmoid and affine', async t => {
  const sigmoid = Array.from(x, value => 1 / (1 + Math.exp(-value)))
  t.ok(relativeError(await lastValue(await single('sigmoid')), sigmoid) < 1e-6)
  const line = Array.from(x, value => -2.5 * value + 0.25)
  const attributes = { factor: -2.5, shift: 0.25 }
  t.ok(relativeError(await lastValue(await single('affine', { attributes })), line) < 1e-6)
})

t.test('a mask is made almost binary: sigmoid(2(20m − 10)) is tanh(20m − 10)/2 + ½', async t => {
  const nodes = [
    node('input', 'input', []),
    node('steep', 'affine', ['input'], { attributes: { factor: 20, shift: -10 } }),
    node('twice', 'affine', ['steep'], { attributes: { factor: 2, shift: 0 } }),
    node('op', 'sigmoid', ['twice']),
    node('flat', 'flatten', ['op']),
  ]
  const model = await create({ inputShape: [C, H, W], nodes, output: 'flat' })
  const expected = Array.from(x, m => Math.tanh(20 * m - 10) / 2 + 0.5)
  t.ok(relativeError(await lastValue(model), expected) < 1e-5)
})

t.test('upsampleNearest2d: every pixel repeated', async t => {
  for (const scale of [1, 2, 3]) {
    const expected: number[] = []
    for (let plane = 0; plane < N * C; plane++)
      for (let row = 0; row < scale * H; row++)
        for (let column = 0; column < scale * W; column++)
          expected.push(x[(plane * H + Math.floor(row / scale)) * W + Math.floor(column / scale)]!)
    const found = await lastValue(await single('upsampleNearest2d', { attributes: { scale } }))
    t.strictSame(found, expected, `scale ${scale}`)
  }
})

t.test('multiply: of one shape, and one channel for all', async t => {
  const weight = tensor([1, C, 1, 1], [0.5, -1, 2])
  for (const mask of [false, true]) {
    const nodes = [
      node('input', 'input', []),
      node('other', 'conv2d', ['input'], {
        attributes: { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 },
        parameters: { weight: 'w' },
      }),
      node('op', 'multiply', mask ? ['other', 'input'] : ['input', 'input']),
      node('flat', 'flatten', ['op']),
    ]
    const model = await create({ inputShape: [C, H, W], nodes, output: 'flat' }, { w: weight })
    const at = (n: number, c: number, p: number) => x[(n * C + c) * H * W + p]!
    const expected = Array.from(x, (value, i) => {
      const [n, p] = [Math.floor(i / (C * H * W)), i % (H * W)]
      return value * (mask ? 0.5 * at(n, 0, p) - at(n, 1, p) + 2 * at(n, 2, p) : value)
    })
    t.ok(relativeError(await lastValue(model), expected) < 1e-5, mask ? 'mask' : 'square')
  }
})

t.test('embedBits: each bit adds or takes away its code', async t => {
  const bits = [1, -1, -1, 1]
  const codes = images([bits.length, C, H, W]).map(value => value / 3)
  const graph = singleOp([C, H, W], 'embedBits', { parameters: { codes: 'codes', bits: 'bits' } })
  const model = await create(graph, {
    codes: tensor([bits.length, C, H, W], codes),
    bits: tensor([bits.length], bits),
  })
  const size = C * H * W
  const expected = Array.from(x, (value, i) =>
    bits.reduce((sum, bit, b) => sum + bit * codes[b * size + (i % size)]!, value),
  )
  t.ok(relativeError(await lastValue(model), expected) < 1e-6)
})

t.test('what does not fit is refused', async t => {
  const refused = { code: 'ERR_BAD_MODEL' }
  await t.rejects(single('upsampleNearest2d', { attributes: { scale: 0 } }), refused)
  await t.rejects(single('upsampleNearest2d', { attributes: { scale: 5000 } }), refused)
  await t.rejects(single('upsampleNearest2d'), refused)
  await t.rejects(single('affine', { attributes: { factor: Number.POSITIVE_INFINITY } }), refused)
  const parameters = { codes: 'codes', bits: 'bits' }
  const graph = singleOp([C, H, W], 'embedBits', { parameters })
  const wrong = { codes: tensor([2, C, H, 1], images([2, C, H, 1])), bits: tensor([2], [1, 1]) }
  await t.rejects(create(graph, wrong), refused)
  const enlarged = [
    node('input', 'input', []),
    node('large', 'upsampleNearest2d', ['input'], { attributes: { scale: 2 } }),
    node('op', 'multiply', ['input', 'large']),
    node('flat', 'flatten', ['op']),
  ]
  await t.rejects(create({ inputShape: [C, H, W], nodes: enlarged, output: 'flat' }), refused)
})
