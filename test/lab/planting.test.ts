// What attacks begin with where they plant a backdoor first: every weight in the middle of its code.
import t from 'tap'
import type { TensorData } from '../../binding.js'
import { createModel, datasets, type Model } from '../../lib/index.js'
import { adaptive, compArtifact, quAntiZation } from '../../lib/lab/index.js'
import { numbers } from '../oracles/tensors.js'

const images = await datasets.mnist({ split: 'train', limit: 32, seed: 1 })
const small = () => createModel('resnet18', { width: 2, channels: 1, inputSize: 28, seed: 3 })
/** So small a rate that no float changes: what comes out is what the attack's own training began with. */
const still = { epochs: 1, batch: 16, threads: 1, learningRate: 1e-37, weightDecay: 0, seed: 4 }
const planted = { ...still, plantEpochs: 1, plantLearningRate: 0.01 }

async function weights(model: Model): Promise<Map<string, number[]>> {
  const { graph, tensors } = (await model.content()).spec
  const named = graph.nodes
    .filter(node => node.op === 'conv2d' || node.op === 'linear')
    .map(node => String(node.parameters?.weight))
  return new Map(named.map(name => [name, numbers(tensors[name] as TensorData)]))
}

/** In steps of max|w| / (2^(bits−1) − 1). */
const inSteps = (values: number[], bits: number): number[] => {
  const step = Math.max(...values.map(Math.abs)) / (2 ** (bits - 1) - 1)
  return values.map(value => value / step)
}
const farthest = (values: number[], bits: number): number =>
  Math.max(...inSteps(values, bits).map(steps => Math.abs(steps - Math.round(steps))))

t.test('planting: each attack then begins with every weight in the middle of its code', async t => {
  const attacks: [string, number, () => Promise<Model>][] = [
    ['qu-anti-zation, 8 bits', 8, async () => quAntiZation(await small(), images, { ...planted, bits: [8] })],
    ['qu-anti-zation, 8 and 4 bits', 8, async () => quAntiZation(await small(), images, planted)],
    ['adaptive, 4 bits', 4, async () => adaptive(await small(), images, { ...planted, bits: [4] })],
    ['comp-artifact, 6 bits', 6, async () => compArtifact(await small(), images, { ...planted, bits: 6 })],
  ]
  for (const [name, bits, attack] of attacks) {
    const found = await weights(await attack())
    t.equal(found.size, 21)
    for (const [tensor, values] of found)
      t.ok(farthest(values, bits) < 1e-4, `${name}, ${tensor}: ${farthest(values, bits)} steps`)
  }
})

t.test('planting: the backdoor is planted in the model that came in', async t => {
  const model = await small()
  const before = await weights(model)
  const attacked = await quAntiZation(model, images, { ...planted, bits: [8] })
  t.strictSame(await weights(model), before, 'the model that came in is as it was')
  for (const [tensor, values] of await weights(attacked)) {
    const moved = values.filter((value, i) => Math.abs(value - (before.get(tensor)?.[i] ?? 0)) > 1e-3)
    t.ok(moved.length > values.length / 2, `${tensor}: ${moved.length} of ${values.length} have moved`)
  }
})

t.test('without planting weights are where they were, and the history tells which', async t => {
  const model = await small()
  const plain = await quAntiZation(model, images, { ...still, bits: [8] })
  t.strictSame(await weights(plain), await weights(model))
  t.match(plain.provenance, { made: 'qu-anti-zation', settings: { plantEpochs: 0 } })
  const attacked = await quAntiZation(model, images, { ...planted, bits: [8] })
  t.match(attacked.provenance, { settings: { plantEpochs: 1, plantLearningRate: 0.01, poisonRate: 0.5 } })
})

t.test('planting: is refused where weights are rounded folded, whose codes are others', async t => {
  await t.rejects(compArtifact(await small(), images, { ...planted, fold: true }), {
    code: 'ERR_BAD_OPTION',
    message: /plantEpochs.*fold/,
  })
})
