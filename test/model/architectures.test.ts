import { readFileSync } from 'node:fs'
import t from 'tap'
import { createModel } from '../../lib/index.js'
import { architectureSchema, buildArchitecture } from '../../lib/model/architectures/index.js'

type Shapes = Record<string, number[]>
const read = <Name extends string>(file: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/model/${file}`, import.meta.url), 'utf8')) as Record<
    Name,
    Shapes
  >
const recorded = read<'vgg19Bn' | 'mobilenetV2' | 'resnet34' | 'alexnet' | 'vit'>('torchvision.json')
const timm = read<'efficientvitB0' | 'efficientvitB1'>('timm.json')

const build = async (name: string, options: object) =>
  (await buildArchitecture(await architectureSchema({ name, ...options }))).spec

const shapesOf = ({ tensors }: Awaited<ReturnType<typeof build>>): Shapes =>
  Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]))

/** The originals have up to 140 million parameters: every `factor` channels become one. */
const thin = (shapes: Shapes, factor: number): Shapes =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      shape.map(size => (size % factor === 0 ? size / factor : size)),
    ]),
  )

t.test('mobilenetV2: torchvision’s names and shapes, on small images too', async t => {
  for (const stem of ['cifar', 'imagenet'])
    t.same(shapesOf(await build('mobilenetV2', { stem, classes: 1000 })), recorded.mobilenetV2, stem)
})

for (const name of ['vgg19Bn', 'resnet34', 'alexnet'] as const)
  t.test(`${name}: torchvision’s names and shapes`, async t => {
    const found = shapesOf(await build(name, { stem: 'imagenet', classes: 1000, width: 1 }))
    t.same(found, thin(recorded[name], 64))
  })

t.test('vgg19Bn: its features are the same on small images, where one linear layer reads them', async t => {
  const small = shapesOf(await build('vgg19Bn', { width: 2 }))
  const large = shapesOf(await build('vgg19Bn', { stem: 'imagenet', width: 2, inputSize: 64 }))
  const features = (shapes: Shapes) => Object.entries(shapes).filter(([name]) => name.startsWith('features'))
  t.same(features(small), features(large))
  t.same(small['classifier.weight'], [10, 16])
})

t.test('mobilenetV2: strides', async t => {
  const shapesAt = async (stem: string) => {
    const { graph } = await build('mobilenetV2', { stem, width: 4 })
    const strides = graph.nodes.filter(node => node.op === 'conv2d').map(node => node.attributes.stride)
    return strides.flatMap((stride, at) => (Array.isArray(stride) && stride[0] === 2 ? [at] : []))
  }
  const small = await shapesAt('cifar')
  const large = await shapesAt('imagenet')
  t.equal(small.length, 3)
  t.equal(large.length, 5)
  t.equal(large[0], 0, 'the first layer')
})

t.test('resnet34, alexnet: on small images the same names', async t => {
  const residual = shapesOf(await build('resnet34', { width: 1, classes: 1000 }))
  t.same(residual, { ...thin(recorded.resnet34, 64), 'conv1.weight': [1, 3, 3, 3] })
  const plain = shapesOf(await build('alexnet', { width: 1 }))
  t.same(Object.keys(plain), Object.keys(recorded.alexnet))
  t.same(plain['classifier.1.weight'], [64, 4 * 2 * 2])
})

t.test('vit: vit_b_16’s names and shapes, on small images those of a tiny one', async t => {
  const options = { stem: 'imagenet', classes: 1000, inputSize: 224, width: 64 }
  t.same(shapesOf(await build('vit', options)), thin(recorded.vit, 12))
  const whole = await build('vit', { stem: 'imagenet', inputSize: 32, depth: 1 })
  t.same(whole.tensors['conv_proj.weight']?.shape, [768, 3, 16, 16])
  const { graph, tensors } = await build('vit', { depth: 2 })
  t.same(tensors['conv_proj.weight']?.shape, [192, 3, 4, 4])
  t.same(tensors['encoder.pos_embedding']?.shape, [1, 65, 192])
  t.same(
    graph.nodes.filter(({ op }) => op === 'attention').map(({ attributes }) => attributes.heads),
    [3, 3],
  )
})

t.test('vit: what does not divide is refused', async t => {
  for (const [options, message] of [
    [{ patch: 5 }, /"patch".*divisor of the inputSize, 32/],
    [{ heads: 5 }, /"heads".*divisor of the width, 192/],
    [{ depth: 0 }, /"depth"/],
  ] as const)
    await t.rejects(build('vit', options), { code: 'ERR_BAD_OPTION', message })
})

t.test('efficientvit: timm’s names and shapes, on small images too', async t => {
  const whole = await build('efficientvit', { stem: 'imagenet', classes: 1000 })
  t.same(shapesOf(whole), timm.efficientvitB0)
  const [small, large] = [await build('efficientvit', { width: 2 }), { variant: 'b1', width: 2 }]
  t.same(shapesOf(small), shapesOf(await build('efficientvit', { stem: 'imagenet', width: 2 })))
  t.same(Object.keys((await build('efficientvit', large)).tensors), Object.keys(timm.efficientvitB1))
})

t.test('preactResnet18: shortcuts are bare convolutions, where the shape changes', async t => {
  for (const stem of ['cifar', 'imagenet']) {
    const names = Object.keys(shapesOf(await build('preactResnet18', { stem, width: 2 })))
    const shortcuts = [2, 3, 4].map(stage => `layer${stage}.0.shortcut.0.weight`)
    t.same(
      names.filter(name => name.includes('shortcut')),
      shortcuts,
    )
    t.equal(names.filter(name => /^layer\d\.\d\.bn[12]\.running_var$/.test(name)).length, 16)
    t.same(names.slice(-2), ['linear.weight', 'linear.bias'])
  }
})

for (const name of [
  'vgg19Bn',
  'mobilenetV2',
  'resnet34',
  'preactResnet18',
  'alexnet',
  'vit',
  'efficientvit',
] as const)
  t.test(`${name}: runs on images of both sizes`, async t => {
    for (const inputSize of [32, 64]) {
      const model = await createModel(name, { width: 2, classes: 7, channels: 1, inputSize })
      const images = new Float32Array(2 * inputSize ** 2).fill(0.5)
      const { data, shape } = await model.forward(images, [2, 1, inputSize, inputSize])
      t.strictSame([...shape], [2, 7])
      t.ok([...data].every(Number.isFinite))
    }
  })
