import t from 'tap'
import {
  create,
  floats,
  images,
  kernels,
  native,
  node,
  recorded,
  relativeError,
  singleOp,
  size,
  tensor,
} from './recorded.js'

const values = async (
  model: Awaited<ReturnType<typeof create>>,
  shape: number[],
  training = false,
  seed = 0,
) => kernels.runValues(model, images(shape), shape, training, seed).promise

/** Every combination of one choice a key. */
function grid<T>(choices: { [Key in keyof T]: T[Key][] }): T[] {
  return Object.entries(choices).reduce<T[]>(
    (rows, [key, options]) =>
      rows.flatMap(row => (options as unknown[]).map(option => ({ ...row, [key]: option }))),
    [{} as T],
  )
}

t.test('convolution: the inferred shape is the one that comes out', async t => {
  let made = 0
  for (const { kernel, stride, padding, dilation, groups, side } of grid({
    kernel: [
      [1, 1],
      [3, 3],
      [2, 5],
    ],
    stride: [
      [1, 1],
      [2, 3],
    ],
    padding: [
      [0, 0],
      [1, 2],
    ],
    dilation: [
      [1, 1],
      [2, 1],
    ],
    groups: [1, 2, 4],
    side: [1, 4, 7],
  })) {
    const weight = [8, 4 / groups, ...kernel]
    const graph = singleOp([4, side, side], 'conv2d', {
      attributes: { stride, padding, dilation, groups },
      parameters: { weight: 'w' },
    })
    const fits = [0, 1].every(axis => side + 2 * padding[axis]! > dilation[axis]! * (kernel[axis]! - 1))
    const model = create(graph, { w: tensor(weight, images(weight)) })
    if (!fits) {
      await t.rejects(model, { code: 'ERR_BAD_MODEL' })
      continue
    }
    const { values: all } = await values(await model, [2, 4, side, side])
    t.strictSame(all.op?.shape.slice(1), native.describe(await model).shapes.op)
    made++
  }
  t.ok(made > 100, `${made} combinations fit`)
})

t.test('pooling: the inferred shape is the one that comes out', async t => {
  for (const op of ['maxPool2d', 'avgPool2d']) {
    for (const attributes of grid({
      kernel: [
        [2, 2],
        [3, 3],
        [2, 3],
      ],
      stride: [
        [1, 1],
        [2, 2],
        [3, 2],
      ],
      padding: [
        [0, 0],
        [1, 1],
      ],
      ceilMode: [false, true],
    })) {
      for (const side of [3, 6, 7, 8]) {
        const model = await create(singleOp([2, side, side], op, { attributes }))
        const { values: all } = await values(model, [1, 2, side, side])
        t.strictSame(
          all.op?.shape.slice(1),
          native.describe(model).shapes.op,
          `${op} ${JSON.stringify(attributes)} on ${side}`,
        )
      }
    }
  }
})

t.test('the other ops: the inferred shape is the one that comes out', async t => {
  for (const [op, attributes] of [
    ['relu', {}],
    ['relu6', {}],
    ['hardtanh', { min: -0.5, max: 0.5 }],
    ['adaptiveAvgPool2d', { outputSize: [1, 1] }],
    ['adaptiveAvgPool2d', { outputSize: [3, 9] }],
    ['add', {}],
    ['flatten', {}],
    ['dropout', { p: 0.5 }],
    ['mean', {}],
    ['mean', { keepDimensions: true }],
    ['identity', {}],
    ['sigmoid', {}],
    ['silu', {}],
    ['hardsigmoid', {}],
    ['multiply', {}],
    ['channels', { from: 1, to: 3 }],
    ['channelShuffle', { groups: 3 }],
    ['layerNorm', {}],
  ] as const) {
    const model = await create(singleOp([3, 5, 6], op, { attributes: attributes as never }))
    const { values: all } = await values(model, [2, 3, 5, 6])
    t.strictSame(all.op?.shape.slice(1), native.describe(model).shapes.op, op)
  }
})

t.test('BN in training: output and running statistics as PyTorch records them', async t => {
  const { before, output, runningMean, runningVar } = recorded.batchNormTraining
  const graph = singleOp([3, 5, 5], 'batchNorm2d', {
    attributes: { eps: 1e-3, momentum: 0.3 },
    parameters: { weight: 'weight', bias: 'bias', runningMean: 'running_mean', runningVar: 'running_var' },
  })
  const tensors = Object.fromEntries(
    Object.entries(before).map(([name, numbers]) => [name, tensor([3], numbers)]),
  )
  const model = await create(graph, tensors)
  const after = await values(model, [4, 3, 5, 5], true)
  t.ok(relativeError(floats(after.values.op!), output) < 1e-6)
  t.ok(relativeError(floats(after.tensors.running_mean!), runningMean) < 1e-6)
  t.ok(relativeError(floats(after.tensors.running_var!), runningVar) < 1e-6)
  const frozen = await values(model, [4, 3, 5, 5])
  t.strictSame(floats(frozen.tensors.running_mean!), floats(tensors.running_mean!), 'untouched when frozen')
})

t.test('dropout: the identity, but in training by the seed', async t => {
  const shape = [1, 4, 50, 50]
  const model = await create(singleOp(shape.slice(1), 'dropout', { attributes: { p: 0.25 } }))
  const input = images(shape)
  const run = async (training: boolean, seed: number) =>
    floats((await values(model, shape, training, seed)).values.op!)
  t.strictSame(await run(false, 1), Array.from(input))
  const dropped = await run(true, 1)
  t.strictSame(await run(true, 1), dropped)
  t.notSame(await run(true, 2), dropped)
  const kept = dropped.filter((number, i) => number !== 0 || input[i] === 0)
  // 10,000 draws: five standard deviations are 217.
  t.ok(Math.abs(kept.length - 0.75 * size(shape)) < 217, `${kept.length} kept`)
  t.ok(dropped.every((number, i) => number === 0 || Math.abs(number - input[i]! / 0.75) < 1e-6))
})

t.test('a value stays until its last reader has read it', async t => {
  const nodes = [
    node('input', 'input', []),
    node('relu', 'relu', ['input']),
    node('one', 'add', ['relu', 'input']),
    node('two', 'add', ['one', 'relu']),
    node('logits', 'flatten', ['two']),
    node('unread', 'identity', ['input']),
  ]
  const model = await create({ inputShape: [1, 2, 3], nodes, output: 'logits' })
  const expected = Array.from(images([1, 1, 2, 3]), x =>
    Math.fround(Math.fround(Math.max(x, 0) + x) + Math.max(x, 0)),
  )
  t.strictSame(floats((await values(model, [1, 1, 2, 3])).values.logits!), expected)
})
