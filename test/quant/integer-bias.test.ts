// Biases of layers that integer kernels run, against the formula written out for one channel at a time.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { ModelSpec, NodeSpec } from '../../binding.js'
import { datasets, loadModel, type Model, quantize } from '../../lib/index.js'
import { floatsOf } from '../../lib/model/onnx/tensor.js'
import { regraphed } from '../facade/small.js'
import { compare, runOnnx, withoutRuntime } from '../model/onnx/runtime.js'

const committed = fileURLToPath(
  new URL('../../examples/models/mnist-qu-anti-zation.safetensors', import.meta.url),
)
const model = await loadModel(committed)
const calibration = await datasets.mnist({ split: 'train', limit: 16 })
const rounded = (of: Model, weightBits: number, activationBits: number) =>
  quantize(of, calibration, { weightBits, activationBits, quantizer: 'minmax', threads: 1 })
const eight = await rounded(model, 8, 8)

const read = ({ tensors }: ModelSpec, node: NodeSpec, role: string): Float32Array =>
  floatsOf(tensors[node.parameters[role] ?? '']?.data ?? new Uint8Array())

/** Each channel's bias with the BN behind the layer in it, and how much the BN multiplies by. */
function folded(spec: ModelSpec, layer: NodeSpec): { bias: number; gain: number }[] {
  const norm = spec.graph.nodes.find(({ op, inputs }) => op === 'batchNorm2d' && inputs[0] === layer.name)
  if (!norm) return [...read(spec, layer, 'bias')].map(bias => ({ bias, gain: 1 }))
  const [gamma, beta, mean, variance] = ['weight', 'bias', 'runningMean', 'runningVar'].map(role =>
    read(spec, norm, role),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array]
  return [...mean].map((center, at) => {
    const gain = gamma[at]! / Math.sqrt(variance[at]! + Number(norm.attributes.eps ?? 1e-5))
    return { bias: beta[at]! - center * gain, gain }
  })
}

t.test('W8A8: every bias lies at the nearest step of what integer kernels accumulate', async t => {
  const [before, { spec }] = [(await model.content()).spec, await eight.content()]
  let moved = 0
  for (const layer of spec.graph.nodes.filter(({ name }) => spec.quantization?.weights[name])) {
    const [value] = spec.quantization!.activations[layer.inputs[0] ?? '']!.scale
    const { scale } = spec.quantization!.weights[layer.name]!.quantizer
    const now = folded(spec, layer)
    folded(before, layer).forEach(({ bias, gain }, at) => {
      const step = value! * scale[at]! * Math.abs(gain)
      const steps = now[at]!.bias / step
      const known = `${layer.name}, channel ${at}: ${bias / step} steps before, ${steps} now`
      if (Math.abs(steps - bias / step) > 0.5 + 1e-3) t.fail(`${known}: not the nearest`)
      if (Math.abs(steps - Math.round(steps)) > 1e-2) t.fail(`${known}: not whole`)
      if (Math.abs(steps - bias / step) > 0.1) moved++
    })
  }
  t.ok(moved > 100, `${moved} channels have moved`)
})

t.test('a layer with 4 bits on either side keeps its own', async t => {
  const before = (await model.content()).spec
  for (const [weightBits, activationBits] of [
    [4, 8],
    [8, 4],
  ] as const) {
    const { spec } = await (await rounded(model, weightBits, activationBits)).content()
    for (const node of spec.graph.nodes.filter(({ parameters }) => parameters.bias !== undefined))
      t.strictSame(read(spec, node, 'bias'), read(before, node, 'bias'), node.name)
  }
})

t.test('two BN that share a β part', async t => {
  const norms = ['layer1.0.bn1', 'layer1.0.bn2'] as const
  const path = join(t.testdir({}), 'shared.safetensors')
  await regraphed(committed, path, ({ nodes }) => {
    nodes.find(({ name }) => name === norms[1])!.parameters.bias = `${norms[0]}.bias`
  })
  const { spec } = await (await rounded(await loadModel(path), 8, 8)).content()
  const [one, other] = norms.map(norm => spec.graph.nodes.find(({ name }) => name === norm)?.parameters.bias)
  t.not(one, other)
  t.notSame(spec.tensors[one ?? '']?.data, spec.tensors[other ?? '']?.data)
})

t.test('onnxruntime gives the same logits for most images', { skip: withoutRuntime }, async t => {
  const path = join(t.testdir({}), 'm.onnx')
  await eight.save(path)
  const { pixels } = await datasets.mnist({ split: 'test', limit: 100 })
  const { mean, deviation } = model.normalization!
  const images = Float32Array.from(pixels, pixel => (pixel / 255 - mean[0]!) / deviation[0]!)
  const shape = [100, 1, 28, 28]
  const ours = await eight.forward(images, shape, { threads: 1 })
  const theirs = await runOnnx(path, images, shape)
  const of = (logits: Float32Array, image: number) => logits.subarray(image * 10, (image + 1) * 10)
  const same = Array.from(
    { length: 100 },
    (_, image) => compare(of(ours.data, image), of(theirs, image), 10).difference,
  ).filter(difference => difference < 1e-4)
  t.ok(same.length >= 50, `${same.length} of 100`)
})
