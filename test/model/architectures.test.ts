import { readFileSync } from 'node:fs'
import t from 'tap'
import { createModel } from '../../lib/index.js'
import { architectureSchema, buildArchitecture } from '../../lib/model/architectures/index.js'

type Shapes = Record<string, number[]>
const recorded = JSON.parse(
  readFileSync(new URL('../fixtures/model/torchvision.json', import.meta.url), 'utf8'),
) as Record<'vgg19Bn' | 'mobilenetV2', Shapes>

const build = async (name: string, options: object) =>
  (await buildArchitecture(await architectureSchema({ name, ...options }))).spec

const shapesOf = ({ tensors }: Awaited<ReturnType<typeof build>>): Shapes =>
  Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]))

t.test('mobilenetV2: torchvision’s names and shapes, on small images too', async t => {
  for (const stem of ['cifar', 'imagenet'])
    t.same(shapesOf(await build('mobilenetV2', { stem, classes: 1000 })), recorded.mobilenetV2, stem)
})

t.test('vgg19Bn: torchvision’s names and shapes', async t => {
  // Thin, since the original has 143 million parameters: every 64 channels become one.
  const thin = (shape: number[], name: string) =>
    shape.map((size, axis) => {
      const fixed = (name === 'features.0.weight' && axis === 1) || size <= 7
      return fixed || (name.startsWith('classifier.6') && axis === 0) ? size : size / 64
    })
  const expected = Object.entries(recorded.vgg19Bn).map(([name, shape]) => [name, thin(shape, name)])
  const found = shapesOf(await build('vgg19Bn', { stem: 'imagenet', classes: 1000, width: 1 }))
  t.same(found, Object.fromEntries(expected))
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

for (const name of ['vgg19Bn', 'mobilenetV2'] as const)
  t.test(`${name}: runs on images of both sizes`, async t => {
    for (const inputSize of [32, 64]) {
      const model = await createModel(name, { width: 2, classes: 7, channels: 1, inputSize })
      const images = new Float32Array(2 * inputSize ** 2).fill(0.5)
      const { data, shape } = await model.forward(images, [2, 1, inputSize, inputSize])
      t.strictSame([...shape], [2, 7])
      t.ok([...data].every(Number.isFinite))
    }
  })
