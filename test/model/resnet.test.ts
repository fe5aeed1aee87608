import t from 'tap'
import { architectureSchema, buildArchitecture } from '../../lib/model/architectures/index.js'

const build = async (options: object) =>
  (await buildArchitecture(await architectureSchema({ name: 'resnet18', ...options }))).spec
const count = (shape: number[]) => shape.reduce((size, length) => size * length, 1)
const floats = (data: Uint8Array) => new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4)

t.test('resnet18: torchvision’s names and number of parameters', async t => {
  const { graph, tensors } = await build({ stem: 'imagenet', classes: 1000, inputSize: 224 })
  const trained = Object.entries(tensors).filter(([name]) => !name.includes('running'))
  t.equal(
    trained.reduce((sum, [, { shape }]) => sum + count(shape), 0),
    11_689_512,
    'as torchvision documents it',
  )
  for (const name of [
    'conv1.weight',
    'bn1.running_var',
    'layer1.0.conv2.weight',
    'layer2.0.downsample.0.weight',
    'fc.bias',
  ]) {
    t.ok(tensors[name], name)
  }
  t.notOk(tensors['layer1.0.downsample.0.weight'], 'no shortcut convolution where the shape stays')
  t.equal(graph.nodes.filter(node => node.op === 'conv2d').length, 20)
  t.equal(graph.nodes[0]?.op, 'input')
})

t.test('resnet18: nodes are in topological order, and parameters exist', async t => {
  const { graph, tensors } = await build({ width: 2, channels: 1, inputSize: 28 })
  const seen = new Set<string>()
  for (const node of graph.nodes) {
    for (const input of node.inputs)
      if (!seen.has(input)) t.fail(`${node.name} reads ${input} before it is there`)
    for (const tensor of Object.values(node.parameters)) if (!tensors[tensor]) t.fail(`no tensor ${tensor}`)
    t.notOk(seen.has(node.name), `${node.name} is unique`)
    seen.add(node.name)
  }
  t.ok(seen.has(graph.output))
})

t.test('resnet18: He deviation, BN as the identity, the same seed the same weights', async t => {
  const { tensors } = await build({ width: 16, seed: 3 })
  const weight = floats(tensors['layer4.1.conv2.weight']?.data ?? new Uint8Array())
  const variance = weight.reduce((sum, value) => sum + value * value, 0) / weight.length
  const expected = 2 / (128 * 9)
  t.ok(
    Math.abs(variance / expected - 1) < 6 * Math.sqrt(2 / weight.length),
    `${variance} against ${expected}`,
  )
  t.strictSame([...floats(tensors['bn1.weight']?.data ?? new Uint8Array())], Array(16).fill(1))
  t.ok(
    Buffer.from((await build({ width: 16, seed: 3 })).tensors['fc.weight']?.data ?? []).equals(
      tensors['fc.weight']?.data ?? new Uint8Array([1]),
    ),
  )
  t.notOk(
    Buffer.from((await build({ width: 16, seed: 4 })).tensors['fc.weight']?.data ?? []).equals(
      tensors['fc.weight']?.data ?? new Uint8Array([1]),
    ),
  )
})

t.test('architectures: an unknown name or option is refused', async t => {
  await t.rejects(architectureSchema({ name: 'vgg99' }), {
    code: 'ERR_BAD_OPTION',
    message: /"vgg99"; expected resnet18/,
  })
  await t.rejects(architectureSchema({ name: 'resnet18', widht: 4 }), {
    code: 'ERR_BAD_OPTION',
    message: /widht/,
  })
  await t.rejects(architectureSchema({ name: 'resnet18', width: 0 }), { code: 'ERR_BAD_OPTION' })
})
