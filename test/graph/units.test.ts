import t from 'tap'
import { create, load, native, node, recorded, tensor } from './recorded.js'

const unitsOf = async (name: string, form = 'traced') => {
  const shape = recorded.cases.find(entry => entry.name === name)?.shape ?? null
  const { units, graph } = native.describe(await load(`${name}.${form}.pt`, shape))
  return { graph, units: new Map(units.map(unit => [unit.name, unit])) }
}

t.test('every conv and linear is a unit, and no node is in two', async t => {
  for (const { name } of recorded.cases) {
    const { units, graph } = await unitsOf(name)
    const roots = graph.nodes.filter(({ op }) => op === 'conv2d' || op === 'linear').map(node => node.name)
    t.strictSame([...units.keys()], roots, name)
    const members = [...units.values()].flatMap(unit => unit.nodes)
    t.equal(new Set(members).size, members.length, name)
    for (const unit of units.values()) {
      t.equal(unit.nodes[0], unit.name)
      t.equal(unit.nodes.at(-1), unit.output)
    }
  }
})

t.test('traced and scripted files give the same units', async t => {
  for (const { name } of recorded.cases) {
    t.strictSame((await unitsOf(name, 'scripted')).units, (await unitsOf(name)).units, name)
  }
})

t.test('resnet18: a unit ends before the add, and where a shortcut reads its output too', async t => {
  const { units, graph } = await unitsOf('resnet18-cifar')
  t.equal(units.size, 21)
  t.match(units.get('conv1'), { input: 'input', nodes: ['conv1', 'bn1', 'relu'], batchNorm: 'bn1' })
  const first = units.get('layer2.0.conv1')
  t.match(first, { nodes: ['layer2.0.conv1', 'layer2.0.bn1', 'layer2.0.relu'], batchNorm: 'layer2.0.bn1' })
  t.match(units.get('layer2.0.conv2'), { input: 'layer2.0.relu', nodes: ['layer2.0.conv2', 'layer2.0.bn2'] })
  const shortcut = units.get('layer2.0.downsample.0')
  t.equal(shortcut?.input, first?.input, 'both read the same value')
  t.strictSame(shortcut?.nodes, ['layer2.0.downsample.0', 'layer2.0.downsample.1'])
  t.match(units.get('fc'), { nodes: ['fc'], batchNorm: null, output: 'fc' })
  const add = graph.nodes.find(({ name }) => name === 'layer2.0.add')
  t.strictSame(add?.inputs, ['layer2.0.bn2', 'layer2.0.downsample.1'])
})

t.test('vgg and alexnet: pooling, flatten and dropout belong to the unit before', async t => {
  const vgg = (await unitsOf('vgg-bn')).units
  t.strictSame(vgg.get('features.0')?.nodes, ['features.0', 'features.1', 'features.2', 'features.3'])
  t.strictSame(vgg.get('features.11')?.nodes, [
    'features.11',
    'features.12',
    'features.13',
    'features.14',
    'avgpool',
    'flatten',
  ])
  t.strictSame(vgg.get('classifier.0')?.nodes, ['classifier.0', 'classifier.1', 'classifier.2'])
  const alexnet = (await unitsOf('alexnet')).units
  t.strictSame(
    [...alexnet.keys()],
    ['features.0', 'features.3', 'features.6', 'classifier.1', 'classifier.4'],
  )
  t.match(alexnet.get('features.6'), {
    batchNorm: null,
    nodes: ['features.6', 'features.7', 'features.8', 'avgpool', 'flatten', 'classifier.0'],
  })
})

t.test('mobilenet v2: depth-wise units know their groups', async t => {
  const { units } = await unitsOf('mobilenet-v2')
  t.match(units.get('features.2.conv.1.0'), {
    groups: 12,
    weightShape: [12, 1, 3, 3],
    batchNorm: 'features.2.conv.1.1',
  })
  t.match(units.get('features.3.conv.2'), { groups: 1, nodes: ['features.3.conv.2', 'features.3.conv.3'] })
  t.equal(units.get('features.3.conv.0.0')?.input, 'features.2.conv.3', 'which the add reads too')
})

t.test('a BN that is not alone in reading the convolution is not in the unit', async t => {
  const parameters = { runningMean: 'mean', runningVar: 'variance' }
  const nodes = [
    node('input', 'input', []),
    node('conv', 'conv2d', ['input'], { parameters: { weight: 'w' } }),
    node('bn', 'batchNorm2d', ['conv'], { parameters }),
    node('add', 'add', ['bn', 'conv']),
    node('logits', 'flatten', ['add']),
  ]
  const tensors = { w: tensor([1, 1, 1, 1], [2]), mean: tensor([1], [0]), variance: tensor([1], [1]) }
  const model = await create({ inputShape: [1, 2, 2], nodes, output: 'logits' }, tensors)
  t.match(native.describe(model).units, [{ nodes: ['conv'], batchNorm: null, output: 'conv' }])
  const folded = native.describe(await native.foldBatchNorm(model).promise)
  t.equal(folded.graph.nodes.length, nodes.length, 'and is not folded')
})
