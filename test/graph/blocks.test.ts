import t from 'tap'
import { createModel, type Model } from '../../lib/index.js'
import { loadNative } from '../../lib/native/load.js'
import { roundingKernels } from '../purify/rounding.js'

const native = await loadNative()
const blocksOf = (model: Model) => roundingKernels.blocks(model.handle)
const small = { width: 2, channels: 1, inputSize: 28 }

t.test(
  'resnet18: the stem, eight residual blocks with the activation behind their add, the classifier',
  async t => {
    const blocks = blocksOf(await createModel('resnet18', small))
    t.same(
      blocks.map(block => block.name),
      ['conv1', ...[1, 2, 3, 4].flatMap(stage => [`layer${stage}.0.relu2`, `layer${stage}.1.relu2`]), 'fc'],
    )
    const inside = (name: string, more: string[] = []) =>
      ['conv1', 'bn1', 'relu1', 'conv2', 'bn2', ...more, 'add', 'relu2'].map(node => `${name}.${node}`)
    t.same(blocks[0]?.nodes, ['conv1', 'bn1', 'relu'])
    t.match(blocks[1], { input: 'relu', output: 'layer1.0.relu2' })
    t.same(blocks[1]?.nodes, inside('layer1.0'))
    t.match(blocks[3], { input: 'layer1.1.relu2', output: 'layer2.0.relu2' })
    t.same(blocks[3]?.nodes, inside('layer2.0', ['downsample.0', 'downsample.1']))
    t.same(blocks.at(-1)?.nodes, ['fc'])
    const between = ['avgpool', 'flatten']
    t.notOk(blocks.some(({ nodes }) => nodes.some(node => between.includes(node))))
  },
)

t.test('chains: a block is a unit', async t => {
  for (const name of ['alexnet', 'vgg19Bn'] as const) {
    const model = await createModel(name, { width: 2, channels: 1 })
    t.same(
      blocksOf(model).map(({ name, input, output, nodes }) => ({ name, input, output, nodes })),
      native
        .describe(model.handle)
        .units.map(({ name, input, output, nodes }) => ({ name, input, output, nodes })),
      name,
    )
  }
})

const networks = {
  preactResnet18: () => createModel('preactResnet18', small),
  mobilenetV2: () => createModel('mobilenetV2', { channels: 1, inputSize: 32 }),
  vit: () => createModel('vit', { width: 8, heads: 2, depth: 2, patch: 7, channels: 1, inputSize: 28 }),
  efficientvit: () => createModel('efficientvit', small),
}
for (const [name, make] of Object.entries(networks))
  t.test(`${name}: each conv and linear is in one block, which reads one value and gives one`, async t => {
    const model = await make()
    const { graph } = (await model.content()).spec
    const blocks = blocksOf(model)
    const owner = new Map(blocks.flatMap(block => block.nodes.map(node => [node, block] as const)))
    t.equal(
      owner.size,
      blocks.reduce((sum, { nodes }) => sum + nodes.length, 0),
      'no node is in two',
    )
    t.ok(blocks.length > 3, `${blocks.length} blocks`)
    for (const node of graph.nodes) {
      const block = owner.get(node.name)
      if (node.op === 'conv2d' || node.op === 'linear') t.ok(block, node.name)
      for (const input of node.inputs) {
        const from = owner.get(input)
        if (from === block) continue
        if (block) t.equal(input, block.input, `${node.name} reads ${input}`)
        if (from) t.equal(input, from.output, `${node.name} reads ${input}`)
      }
    }
  })

t.test('a transformer is cut at its adds', async t => {
  const names = blocksOf(await networks.vit()).map(block => block.name)
  t.equal(names.filter(name => /add/.test(name)).length, 4, names.join(', '))
})
