// Files and graphs that must not be believed: each is refused with its code, and the process lives.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { create, folder, images, load, native, node, singleOp, tensor } from './recorded.js'

const shape = [1, 2, 2]

t.test('TorchScript that cannot be taken', async t => {
  await t.rejects(load('unknown-op.pt', shape), { code: 'ERR_UNSUPPORTED_OP', message: /aten::tan/ })
  await t.rejects(load('data-dependent.pt', shape), { code: 'ERR_UNSUPPORTED_OP', message: /line|__torch__/ })
  await t.rejects(load('setstate.pt', shape), { code: 'ERR_BAD_MODEL', message: /__[gs]etstate__/ })
  await t.rejects(load('training-mode.pt', shape), { code: 'ERR_BAD_MODEL', message: /training mode/ })
  await t.rejects(load('nan.pt', shape), { code: 'ERR_BAD_MODEL', message: /NaN/ })
  await t.rejects(load('state-dict.pth'), { code: 'ERR_BAD_MODEL', message: /state dict/ })
  await t.rejects(load('state-dict-legacy.pth'), { code: 'ERR_BAD_MODEL', message: /state dict/ })
  await t.rejects(load('recorded.json'), { code: 'ERR_BAD_MODEL', message: /no zip/ })
  await t.rejects(load('nowhere.pt'), { code: 'ERR_BAD_MODEL', message: /cannot be read/ })
  await t.rejects(load('corners.traced.pt', [3, 13, 16]), { code: 'ERR_BAD_MODEL', message: /grouped/ })
})

// What in the message tells that it was the guard in question, and not another.
const reasons: Record<string, RegExp> = {
  'bomb.pt': /bytes/,
  'comment.pt': /character/,
  'computed-constant.pt': /computed while/,
  'computed-default.pt': /computed while/,
  'custom-class.pt': /torch\.classes/,
  'deep-blocks.pt': /nested/,
  'deep-expression.pt': /nested/,
  'deep-pickle.pt': /nested/,
  'doubling-calls.pt': /more than 10000/,
  'endless-call.pt': /recursive/i,
  'huge-memo.pt': /memo/,
  'large-storage.pt': /storage of 65535 numbers/,
  'large-tensor.pt': /beyond its storage/,
  'long-expression.pt': /too long/,
  'negative-storage.pt': /storage/,
  'negative-tensor.pt': /tensor/,
  'no-index.pt': /without an index/,
  'python-function.pt': /os\.system/,
  'underflow.pt': /stack/,
}

t.test('TorchScript that would harm whoever loads it unseen', async t => {
  await t.resolves(load('hostile/no-change.pt', shape), 'the file that they are made of')
  const files = readdirSync(join(folder, 'hostile')).filter(file => file !== 'no-change.pt')
  t.strictSame(files.sort(), Object.keys(reasons).sort())
  for (const file of files) {
    await t.rejects(
      load(join('hostile', file), shape),
      { code: 'ERR_BAD_MODEL', message: reasons[file] },
      file,
    )
  }
})

t.test('truncated TorchScript, and bits that flipped', async t => {
  const path = join(t.testdir({}), 'damaged.pt')
  const good = readFileSync(join(folder, 'corners.scripted.pt'))
  const codeOf = async (bytes: Uint8Array) => {
    writeFileSync(path, bytes)
    return native.importTorchScript(path, [4, 13, 16]).promise.then(
      () => 'loads',
      ({ code }) => code,
    )
  }
  for (let part = 0; part < 20; part++) {
    t.equal(
      await codeOf(good.subarray(0, Math.floor((good.length * part) / 20))),
      'ERR_BAD_MODEL',
      `${part}/20 of it`,
    )
  }
  let refused = 0
  for (let i = 0; i < 150; i++) {
    const bytes = Uint8Array.from(good)
    const at = (i * 2654435761) % bytes.length
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (i % 8))
    const code = await codeOf(bytes)
    if (code !== 'loads') t.equal(code, 'ERR_BAD_MODEL')
    if (code !== 'loads') refused++
  }
  // Bits in padding, and in fields of the archive that nobody reads, change nothing.
  t.ok(refused > 90, `${refused} of 150 flips are noticed`)
})

const conv = (attributes: Record<string, number | number[]>, weight = [2, 2, 3, 3]) =>
  create(singleOp([2, 8, 8], 'conv2d', { attributes, parameters: { weight: 'w' } }), {
    w: tensor(weight, images(weight)),
  })

t.test('attributes without measure', async t => {
  const bad = { code: 'ERR_BAD_MODEL', message: /node op/ }
  await t.resolves(conv({}))
  for (const attributes of [
    { stride: [0, 1] },
    { stride: -1 },
    { stride: 2 ** 40 },
    { stride: [1, 1, 1] },
    { stride: 1.5 },
    { padding: [-1, 0] },
    { padding: 2 ** 31 },
    { padding: 2 ** 62 },
    { dilation: 0 },
    { dilation: 2 ** 31 },
    { groups: 0 },
    { groups: -2 },
    { groups: 3 },
    { dilation: 4 },
  ] as Record<string, number | number[]>[]) {
    await t.rejects(conv(attributes), bad, JSON.stringify(attributes))
  }
  await t.rejects(conv({}, [2, 1, 3, 3]), bad, 'a weight for other channels')
  await t.rejects(conv({}, [2, 2, 9]), bad, 'a weight of another rank')
  await t.rejects(conv({}, [2, 2, 0, 0]), bad, 'an empty weight')
  for (const op of ['maxPool2d', 'avgPool2d']) {
    await t.rejects(create(singleOp([1, 8, 8], op)), bad, `${op} without a kernel`)
    await t.rejects(create(singleOp([1, 8, 8], op, { attributes: { kernel: 0 } })), bad)
    await t.rejects(create(singleOp([1, 8, 8], op, { attributes: { kernel: 2, padding: 2 } })), bad)
    await t.rejects(create(singleOp([1, 8, 8], op, { attributes: { kernel: 9 } })), bad, 'a map of no size')
  }
  await t.rejects(
    create(singleOp([1, 8, 8], 'adaptiveAvgPool2d', { attributes: { outputSize: [0, 1] } })),
    bad,
  )
  await t.rejects(
    create(singleOp([1, 8, 8], 'adaptiveAvgPool2d', { attributes: { outputSize: [4096, 4097] } })),
    bad,
  )
  await t.rejects(
    create(singleOp([64, 1, 1], 'adaptiveAvgPool2d', { attributes: { outputSize: [4096, 4096] } })),
    bad,
    'larger than memory',
  )
  await t.rejects(
    create(
      singleOp([1, 8192, 8192], 'maxPool2d', { attributes: { kernel: 4096, stride: 1, padding: 2048 } }),
    ),
    { code: 'ERR_BAD_MODEL', message: /16777216 steps for each number of \[1, 8193, 8193\]/ },
    'hours of work, out of a few bytes',
  )
  await t.rejects(create(singleOp([1, 8, 8], 'dropout', { attributes: { p: 2 } })), bad)
  await t.rejects(create(singleOp([1, 8, 8], 'hardtanh', { attributes: { min: 1, max: 0 } })), bad)
  await t.rejects(
    create(singleOp([1, 8, 8], 'avgPool2d', { attributes: { kernel: 2, countIncludePad: 1 } })),
    {
      code: 'ERR_BAD_MODEL',
      message: /countIncludePad/,
    },
  )
  await t.rejects(create(singleOp([1, 8, 8], 'hardtanh', { attributes: { max: 1e308 } })), {
    code: 'ERR_BAD_MODEL',
    message: /max is not finite as float32/,
  })
})

t.test('graphs that do not hang together', async t => {
  const input = node('input', 'input', [])
  const flat = node('logits', 'flatten', ['input'])
  const graph = (nodes: ReturnType<typeof node>[], output = 'logits', inputShape = shape) =>
    create({ inputShape, nodes, output })
  await t.resolves(graph([input, flat]))
  const bad = { code: 'ERR_BAD_MODEL' }
  await t.rejects(graph([]), bad, 'no nodes')
  await t.rejects(graph([flat, input]), bad, 'the input is not the first')
  await t.rejects(graph([input, node('again', 'input', []), flat]), bad, 'two inputs')
  await t.rejects(graph([input, flat, flat]), bad, 'two of one name')
  await t.rejects(graph([input, node('', 'relu', ['input']), flat]), bad, 'no name')
  await t.rejects(graph([input, node('a', 'relu', ['b']), node('b', 'relu', ['a']), flat]), bad, 'a circle')
  await t.rejects(graph([input, node('a', 'add', ['input']), flat]), bad, 'an add of one')
  await t.rejects(graph([input, flat], 'nowhere'), bad, 'no output')
  await t.rejects(graph([input], 'input'), bad, 'an output that is not classes')
  await t.rejects(graph([input, node('a', 'system', ['input']), flat]), {
    code: 'ERR_UNSUPPORTED_OP',
    message: /system/,
  })
  await t.rejects(graph([input, flat], 'logits', [2 ** 31, 2 ** 31, 2 ** 31]), bad, 'a product beyond 2^63')
  await t.rejects(graph([input, flat], 'logits', [1, -1, -1]), bad)
  await t.rejects(graph([input, flat], 'logits', [4]), bad)
  await t.rejects(
    graph([input, node('fc', 'linear', ['input']), flat]),
    { ...bad, message: /weight/ },
    'no weight',
  )
  await t.rejects(graph([input, node('fc', 'linear', ['input'], { parameters: { weight: 'w' } }), flat]), {
    ...bad,
    message: /"w"/,
  })
  await t.rejects(
    graph([input, node('a', 'relu', ['input'], { parameters: { weight: 'w' } }), flat]),
    bad,
    'a role that relu has not',
  )
})
