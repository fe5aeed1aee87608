import t from 'tap'
import { forward, load, native, recorded, relativeError } from './recorded.js'

const bound = 1e-5

for (const { name, shape, logits } of recorded.cases) {
  for (const form of ['traced', 'scripted']) {
    t.test(`${name}, ${form}: computes what PyTorch ${recorded.torch} does`, async t => {
      const model = await load(`${name}.${form}.pt`, shape)
      const found = await forward(model, [2, ...shape])
      const error = relativeError(found, logits)
      t.ok(error < bound, `relative error ${error}`)

      const folded = await native.foldBatchNorm(model).promise
      const foldedError = relativeError(await forward(folded, [2, ...shape]), found)
      t.ok(foldedError < bound, `folding BN changes it by ${foldedError}`)
    })
  }
}

t.test('folding takes every BN away that follows a convolution or linear alone', async t => {
  const ops = async (file: string, shape: number[]) => {
    const folded = await native.foldBatchNorm(await load(file, shape)).promise
    return native.describe(folded).graph.nodes.map(({ op }) => op)
  }
  t.notOk((await ops('resnet18-cifar.traced.pt', [3, 32, 32])).includes('batchNorm2d'))
  t.notOk(
    (await ops('corners.traced.pt', [4, 13, 16])).includes('batchNorm2d'),
    'also after a shared convolution and a linear',
  )
})

t.test('folding one call of a convolution that two nodes share leaves the other as it is', async t => {
  const folded = await native.foldBatchNorm(await load('corners.scripted.pt', [4, 13, 16])).promise
  const nodes = new Map(native.describe(folded).graph.nodes.map(node => [node.name, node]))
  t.equal(nodes.get('twice')?.parameters.weight, 'twice.weight')
  t.equal(nodes.get('twice_1')?.parameters.weight, 'twice_1.weight')
})

t.test('the input shape is guessed from the first convolution', async t => {
  const shapeOf = async (file: string) => native.describe(await load(file)).graph.inputShape
  t.strictSame(await shapeOf('resnet18-cifar.traced.pt'), [3, 32, 32])
  t.strictSame(await shapeOf('resnet18-imagenet.scripted.pt'), [3, 224, 224])
  t.strictSame(await shapeOf('corners.traced.pt'), [4, 32, 32])
  t.strictSame(await shapeOf('vgg-bn.scripted.pt'), [3, 32, 32])
})
