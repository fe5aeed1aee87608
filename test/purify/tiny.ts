// The tiny network of test/fixtures/purify/adam.json, and jobs on it straight through the native surface.
import { readFile } from 'node:fs/promises'
import type { ImagesData, ModelHandle, NodeSpec, OnProgress, PurifyOptions } from '../../binding.js'
import { loadNative } from '../../lib/native/load.js'
import { tensor } from '../oracles/tensors.js'

interface Fixture {
  bits: number
  iterations: number
  learningRate: number
  mean: number
  deviation: number
  pixels: number[]
  shape: number[]
  tensors: Record<string, { shape: number[]; values: number[] }>
  units: Record<string, { codes: number[]; nearest: number[]; losses: number[] }>
}

export const fixture: Fixture = JSON.parse(
  await readFile(new URL('../fixtures/purify/adam.json', import.meta.url), 'utf8'),
)

const node = (name: string, op: string, input: string | null, more: Partial<NodeSpec> = {}): NodeSpec => ({
  name,
  op,
  inputs: input === null ? [] : [input],
  attributes: {},
  parameters: {},
  ...more,
})
const weighted = (name: string, op: string, input: string, stride: number): NodeSpec =>
  node(name, op, input, {
    attributes: { stride: [stride, stride], padding: [1, 1] },
    parameters: { weight: `${name}.weight` },
  })
const norm = (name: string, input: string): NodeSpec =>
  node(name, 'batchNorm2d', input, {
    parameters: {
      weight: `${name}.weight`,
      bias: `${name}.bias`,
      runningMean: `${name}.running_mean`,
      runningVar: `${name}.running_var`,
    },
  })

const nodes = [
  node('input', 'input', null),
  weighted('conv1', 'conv2d', 'input', 1),
  norm('bn1', 'conv1'),
  node('relu1', 'relu', 'bn1'),
  weighted('conv2', 'conv2d', 'relu1', 2),
  norm('bn2', 'conv2'),
  node('relu2', 'relu', 'bn2'),
  node('mean', 'mean', 'relu2'),
  node('fc', 'linear', 'mean', { parameters: { weight: 'fc.weight', bias: 'fc.bias' } }),
]

export const images: ImagesData = {
  pixels: Uint8Array.from(fixture.pixels),
  shape: fixture.shape,
  labels: null,
  mean: [fixture.mean, fixture.mean],
  deviation: [fixture.deviation, fixture.deviation],
}

export const settings: PurifyOptions = {
  device: 'cpu',
  threads: 1,
  seed: 0,
  preset: 'minmax',
  weightBits: fixture.bits,
  activationBits: fixture.bits,
  solver: 'closed-form',
  pda: 'none',
  pdaSteps: 10,
  pdaBound: 1e-3,
  columns: 8000,
  damping: 0.01,
  iterations: fixture.iterations,
  learningRate: fixture.learningRate,
  batch: 8,
}

export async function tinyModel(tensors = fixture.tensors): Promise<ModelHandle> {
  return (await loadNative()).createModel({
    graph: { inputShape: fixture.shape.slice(1), nodes, output: 'fc' },
    tensors: Object.fromEntries(
      Object.entries(tensors).map(([name, { shape, values }]) => [name, tensor(shape, values)]),
    ),
    quantization: null,
  }).promise
}

export async function start(changes: Partial<PurifyOptions> = {}, onProgress: OnProgress = () => {}) {
  return (await loadNative()).purify(await tinyModel(), images, { ...settings, ...changes }, onProgress)
}

/** Purifies the tiny model: the units' reports, and the codes by unit. */
export async function purified(changes: Partial<PurifyOptions> = {}) {
  const { model, units } = await (await start(changes)).promise
  const spec = await (await loadNative()).exportModel(model).promise
  const weights = spec.quantization!.weights
  const codes = Object.fromEntries(
    Object.entries(weights).map(([name, weight]) => [
      name,
      [
        ...new Int8Array(
          weight.codes.data.buffer,
          weight.codes.data.byteOffset,
          weight.codes.data.byteLength,
        ),
      ],
    ]),
  )
  return { units, codes, quantization: spec.quantization! }
}
