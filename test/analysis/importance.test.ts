// Against pruning by hand: the parameters that make a channel are set to 0, and the whole model is run again.
import t from 'tap'
import { importanceOf, neuronImportance } from '../../lib/analysis/index.js'
import { datasets, quantize, triggers } from '../../lib/index.js'
import { digits, smallModel } from '../facade/small.js'
import { floats, tensor } from '../graph/recorded.js'
import { CLASSES, create, crossEntropy, images, job, logits, native, network, trigger } from './network.js'

const TARGET = 1

async function losses(net: ReturnType<typeof network>): Promise<{ backdoor: number; benign: number }> {
  const model = await create(net)
  let [backdoor, benign, others] = [0, 0, 0]
  for (const [image, label] of images.labels!.entries()) {
    benign += crossEntropy(await logits(model, image, false), label) / images.labels!.length
    if (label === TARGET) continue
    others++
    backdoor += crossEntropy(await logits(model, image, true), TARGET)
  }
  return { backdoor: backdoor / others, benign }
}

/** The network with everything 0 that makes the channel of the node. */
function withoutChannel(node: string, channel: number): ReturnType<typeof network> {
  const net = network()
  for (const role of ['weight', 'bias']) {
    const { shape, ...rest } = net.tensors[`${node}.${role}`]!
    const each = shape.slice(1).reduce((product, size) => product * size, 1)
    const values = floats({ shape, ...rest })
    net.tensors[`${node}.${role}`] = tensor(
      shape,
      values.map((value, at) => (Math.floor(at / each) === channel ? 0 : value)),
    )
  }
  return net
}

// What the importance prunes, and the node whose parameters make the same channel 0.
const PLACES = { head: 'stem', relu1: 'bn1', bn2: 'bn2', relu3: 'conv3' }

t.test('each part is what pruning by hand adds to the loss; batches make no difference', async t => {
  const whole = await losses(network())
  const model = await create(network())
  const neurons = Object.keys(PLACES).flatMap(value => [0, 2, 3].map(channel => ({ value, channel })))
  const measure = (batch: number) =>
    native.neuronImportance(model, images, { ...job, neurons, trigger, target: TARGET, batch }, () => {})
      .promise
  const found = await measure(4)
  for (const [at, { value, channel }] of neurons.entries()) {
    const pruned = await losses(withoutChannel(PLACES[value as keyof typeof PLACES], channel))
    for (const part of ['backdoor', 'benign'] as const) {
      const [expected, got] = [pruned[part] - whole[part], found[at]![part]]
      t.ok(Math.abs(got - expected) < 1e-4, `${value} ${channel} ${part}: ${got} against ${expected}`)
    }
  }
  t.ok(
    found.some(({ backdoor }) => Math.abs(backdoor) > 0.02),
    'neurons matter',
  )
  for (const [at, other] of (await measure(100)).entries())
    t.ok(Math.abs(other.backdoor - found[at]!.backdoor) < 1e-5)
})

t.test('a channel that is 0 on every image is silent', async t => {
  const net = withoutChannel('bn1', 2)
  const model = await create(net)
  const neurons = [1, 2].map(channel => ({ value: 'relu1', channel }))
  const settings = { ...job, neurons, trigger, target: TARGET, batch: 4 }
  const found = await native.neuronImportance(model, images, settings, () => {}).promise
  t.match(found, [{ silent: false }, { silent: true, backdoor: 0, benign: 0 }])
})

t.test('refuses a channel and a target that there is not', async t => {
  const model = await create(network())
  const start = (channel: number, target: number) =>
    native.neuronImportance(
      model,
      images,
      { ...job, neurons: [{ value: 'bn1', channel }], trigger, target, batch: 4 },
      () => {},
    ).promise
  await t.rejects(start(4, 0), { code: 'ERR_BAD_OPTION', message: /channel of bn1/ })
  await t.rejects(start(0, CLASSES), { code: 'ERR_BAD_OPTION', message: /target/ })
})

t.test('the verb: neurons of a quantized model, drawn by the seed; progress and abort', async t => {
  const model = await quantize(await smallModel(), await digits(32))
  const test = await datasets.mnist({ split: 'test', limit: 24 })
  const options = { trigger: triggers.square(), target: 0, neurons: 12, threads: 1 }
  const one = await neuronImportance(model, test, options)
  t.equal(one.neurons.length + one.silent, 12)
  t.ok(one.neurons.every(({ backdoor, benign }) => Number.isFinite(backdoor - benign)))
  t.strictSame(await neuronImportance(model, test, options), one)
  t.notSame((await neuronImportance(model, test, { ...options, seed: 1 })).neurons, one.neurons)
  const neuron = { backdoor: 3, benign: 1 }
  t.strictSame([importanceOf(neuron, 'original'), importanceOf(neuron, 'modified')], [3, 2])
  const stop = new AbortController()
  const stopped = neuronImportance(model, test, {
    ...options,
    signal: stop.signal,
    onProgress: () => stop.abort(),
  })
  await t.rejects(stopped, { code: 'ERR_ABORTED' })
  await t.rejects(neuronImportance(model, test, { ...options, target: 10 }), { code: 'ERR_BAD_OPTION' })
})
