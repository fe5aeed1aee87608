import t, { type Test } from 'tap'
import type { TensorData } from '../../binding.js'
import { random } from '../oracles/tensors.js'
import { judge, kernels, Net, noise, type Reading } from './program.js'
import { floats } from './recorded.js'

const BOUND = 1e-4
const images = { '': noise([2, 4, 8, 8]) }

interface Case extends Reading {
  net: Net
  outputs: string[]
  /** How many the program has, the input node among them: what was fused. */
  steps: number
  inputs?: Record<string, TensorData>
}

/** Agrees with node by node, leaves its inputs alone, gives the same bits again. */
async function agrees(t: Test, { net, outputs, steps, inputs = images, ...reading }: Case) {
  const last = net.nodes.at(-1)?.name ?? ''
  net.op('flatten', 'logits', [last])
  const model = await net.create([4, 8, 8], 'logits')
  const judged = await judge(model, inputs, outputs, reading)
  t.ok(judged.error <= BOUND, `relative error ${judged.error}`)
  t.ok(judged.sound, 'inputs untouched, the same bits again')
  t.equal(judged.steps, steps, 'steps')
}

const elsewhere = process.arch !== 'x64' && 'a libtorch without them is normal'
t.test('the fused convolutions are what runs, and not their stand-in', { skip: elsewhere }, async t => {
  t.ok(kernels.fusesConvolutions())
})

for (const activation of ['relu', 'relu6', 'hardtanh'])
  for (const groups of [1, 2, 4])
    t.test(`conv of ${groups} groups, BN and ${activation} are one step`, async t => {
      const net = new Net(4)
      const value = net.norm(
        'bn',
        net.conv('conv', 'input', 8, { groups, stride: groups, bias: groups === 2 }),
      )
      net.op(activation, 'act', [value], activation === 'hardtanh' ? { min: -0.5, max: 1.5 } : {})
      await agrees(t, { net, outputs: ['act'], steps: 2 })
    })

for (const order of ['conv first', 'conv second'])
  for (const activation of ['relu', 'relu6', null])
    t.test(`residual add, ${order}, ${activation}: one step with the conv`, async t => {
      const net = new Net(4)
      const head = net.op('relu', 'head', [net.conv('stem', 'input', 4)])
      const value = net.norm('bn', net.conv('conv', head, 4))
      const sum = net.op('add', 'sum', order === 'conv first' ? [value, head] : [head, value])
      const output = activation ? net.op(activation, 'act', [sum]) : sum
      await agrees(t, { net, outputs: [output], steps: 3 })
    })

t.test('residual add of two convs, and of a value that is read later', async t => {
  const net = new Net(4)
  const head = net.op('relu', 'head', [net.conv('stem', 'input', 4)])
  const left = net.norm('bn1', net.conv('conv1', head, 6, { stride: 2 }))
  const right = net.norm('bn2', net.conv('conv2', head, 6, { kernel: 1, stride: 2 }))
  const sum = net.op('relu', 'act', [net.op('add', 'sum', [left, right])])
  const other = net.op('relu6', 'later', [net.op('add', 'again', [sum, net.conv('conv3', sum, 6)])])
  net.op('add', 'end', [sum, other])
  await agrees(t, { net, outputs: ['end'], steps: 6 })
})

t.test('x + x, and an add that a given value goes into', async t => {
  const net = new Net(4)
  const doubled = net.op('add', 'doubled', [net.conv('conv', 'input', 4), 'conv'])
  net.op('add', 'sum', [net.conv('next', doubled, 4), 'input'])
  await agrees(t, { net, outputs: ['sum', 'doubled'], steps: 4 })
})

t.test('a sum of sums: one add joins the conv', async t => {
  const net = new Net(4)
  const sum = net.op('add', 'sum', [net.conv('conv', 'input', 4), 'input'])
  net.op('relu', 'act', [net.op('add', 'more', [sum, 'input'])])
  await agrees(t, { net, outputs: ['act'], steps: 4 })
})

t.test(
  'a value transform between conv and BN, conv and ReLU, BN and add: nothing is fused across it',
  async t => {
    const make = () => {
      const net = new Net(4)
      const value = net.norm('bn', net.conv('conv', 'input', 4))
      net.op('relu', 'act', [net.op('add', 'sum', [value, 'input'])])
      return net
    }
    await agrees(t, { net: make(), outputs: ['act'], steps: 2 })
    await agrees(t, { net: make(), outputs: ['act'], steps: 5, moved: ['conv'] })
    await agrees(t, { net: make(), outputs: ['act'], steps: 4, moved: ['bn'] })
    await agrees(t, { net: make(), outputs: ['act'], steps: 3, moved: ['sum'] })
    await agrees(t, { net: make(), outputs: ['act'], steps: 2, moved: ['input', 'act'] })
  },
)

t.test('a wanted output that is also read is not written to', async t => {
  const net = new Net(4)
  const value = net.norm('bn', net.conv('conv', 'input', 4))
  const act = net.op('relu', 'act', [value])
  net.op('relu6', 'last', [net.op('add', 'sum', [net.op('identity', 'same', [act]), value])])
  await agrees(t, { net, outputs: ['bn', 'act', 'sum', 'last', 'act'], steps: 6 })
})

t.test('slices: given values in the middle are left as they are', async t => {
  const make = () => {
    const net = new Net(4)
    const value = net.norm('bn', net.conv('conv', 'input', 4))
    const act = net.op('relu', 'act', [value])
    net.op('relu', 'end', [net.op('add', 'sum', [net.conv('next', act, 4), act])])
    return net
  }
  const middle = noise([3, 4, 8, 8], 9)
  await agrees(t, { net: make(), inputs: { conv: middle }, outputs: ['end'], steps: 3 })
  await agrees(t, { net: make(), inputs: { bn: middle }, outputs: ['act', 'bn'], steps: 1 })
  await agrees(t, { net: make(), inputs: { act: middle }, outputs: ['end'], steps: 1 })
  await agrees(t, {
    net: make(),
    inputs: { next: middle, act: noise([3, 4, 8, 8], 4) },
    outputs: ['end'],
    steps: 2,
  })
})

t.test('substituted weights are folded too, and linear with its activation', async t => {
  const net = new Net(4)
  net.norm('bn', net.conv('conv', 'input', 4))
  const flat = net.op('flatten', 'flat', [
    net.op('adaptiveAvgPool2d', 'pool', ['bn'], { outputSize: [2, 2] }),
  ])
  net.op('relu', 'act', [net.norm('bn2', net.linear('fc', flat, 16, 5))])
  const weights = { conv: noise([4, 4, 3, 3], 3), fc: noise([5, 16], 5) }
  await agrees(t, { net, outputs: ['act'], steps: 5, weights })
})

t.test('100 random graphs', async t => {
  for (let seed = 0; seed < 100; seed++) {
    const next = random(seed)
    const pick = <T>(list: T[]): T => list[Math.floor(next() * list.length)] as T
    const net = new Net(4, seed)
    const values = ['input']
    for (let i = 0; i < 12; i++) {
      const input = next() < 0.6 ? (values.at(-1) ?? 'input') : pick(values)
      values.push(randomNode(net, `n${i}`, input, values, pick))
    }
    const wanted = [values.at(-1) ?? 'input', pick(values)]
    const moved = values.filter(() => next() < 0.1)
    net.op('flatten', 'logits', [wanted[0] ?? ''])
    const model = await net.create([4, 8, 8], 'logits')
    const { error, sound, made } = await judge(model, images, wanted, { moved })
    const finite = made.every(value => floats(value).every(Number.isFinite))
    if (!(error <= BOUND && sound && finite)) t.fail(`seed ${seed}: relative error ${error}, sound: ${sound}`)
  }
})

function randomNode(
  net: Net,
  name: string,
  input: string,
  values: string[],
  pick: <T>(list: T[]) => T,
): string {
  const kind = pick([
    'conv',
    'conv',
    'norm',
    'norm',
    'relu',
    'relu6',
    'hardtanh',
    'add',
    'add',
    'maxPool2d',
    'identity',
  ])
  if (kind === 'conv')
    return net.conv(name, input, 4, {
      kernel: pick([1, 3]),
      groups: pick([1, 2, 4]),
      bias: pick([true, false]),
    })
  if (kind === 'norm') return net.norm(name, input)
  if (kind === 'add') return net.op('add', name, [input, pick(values)])
  if (kind === 'maxPool2d')
    return net.op(kind, name, [input], { kernel: [3, 3], stride: [1, 1], padding: [1, 1] })
  return net.op(kind, name, [input])
}
