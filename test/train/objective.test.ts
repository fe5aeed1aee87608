// The training objectives against values and gradients that PyTorch computed (test/fixtures/train/make.py).
import { readFile } from 'node:fs/promises'
import t from 'tap'
import type { ImagesData, ModelHandle, Native, NodeSpec, Started, TensorData } from '../../binding.js'
import { loadNative } from '../../lib/native/load.js'

interface Recorded {
  loss: number
  gradients: Record<string, number[]>
}
interface Fixture {
  tensors: Record<string, { shape: number[]; values: number[] }>
  images: { shape: number[]; pixels: number[]; labels: number[] }
  mean: number[]
  deviation: number[]
  trigger: { scale: number[]; offset: number[] }
  settings: { target: number; c1: number; c2: number; bits: number[] }
  lambda: number
  poisonRate: number
}
type Records = Record<(typeof recorded)[number]['record'], Recorded>
type Gradients = Started<{ loss: number; gradients: Record<string, TensorData> }>

/** What the fixture has values for, with the settings that it was recorded with beside the common ones. */
const recorded = [
  { record: 'cross-entropy', name: 'cross-entropy' },
  { record: 'qu-anti-zation', name: 'qu-anti-zation' },
  { record: 'adaptive', name: 'adaptive' },
  { record: 'comp-artifact', name: 'comp-artifact', bits: 4, fold: false, activations: false },
  { record: 'comp-artifact folded', name: 'comp-artifact', bits: 4, fold: true, activations: false },
  { record: 'plant-backdoor', name: 'plant-backdoor' },
  { record: 'pq-dormancy', name: 'pq-dormancy', bits: 4 },
] as const

const fixture = JSON.parse(
  await readFile(new URL('../fixtures/train/objectives.json', import.meta.url), 'utf8'),
) as Fixture & Records

const bytes = (values: number[]) => new Uint8Array(Float32Array.from(values).buffer)
const tensor = ({ shape, values }: { shape: number[]; values: number[] }): TensorData => ({
  dtype: 'float32',
  shape,
  data: bytes(values),
})

const bn = (name: string, input: string): NodeSpec => ({
  name,
  op: 'batchNorm2d',
  inputs: [input],
  attributes: {},
  parameters: {
    weight: `${name}.weight`,
    bias: `${name}.bias`,
    runningMean: `${name}.running_mean`,
    runningVar: `${name}.running_var`,
  },
})
const conv = (name: string, input: string, stride: number): NodeSpec => ({
  name,
  op: 'conv2d',
  inputs: [input],
  attributes: { stride: [stride, stride], padding: [1, 1] },
  parameters: { weight: `${name}.weight` },
})
const plain = (name: string, op: string, inputs: string[]): NodeSpec => ({
  name,
  op,
  inputs,
  attributes: {},
  parameters: {},
})
const nodes: NodeSpec[] = [
  plain('input', 'input', []),
  conv('conv1', 'input', 1),
  bn('bn1', 'conv1'),
  plain('relu1', 'relu', ['bn1']),
  conv('conv2', 'relu1', 2),
  bn('bn2', 'conv2'),
  plain('relu2', 'relu', ['bn2']),
  plain('mean', 'mean', ['relu2']),
  { ...plain('fc', 'linear', ['mean']), parameters: { weight: 'fc.weight', bias: 'fc.bias' } },
]

const images: ImagesData = {
  pixels: Uint8Array.from(fixture.images.pixels),
  shape: fixture.images.shape,
  labels: Int32Array.from(fixture.images.labels),
  mean: fixture.mean,
  deviation: fixture.deviation,
}

const settings = (objective: { name: string }) => ({
  objective: {
    activations: true,
    ...fixture.settings,
    lambda: fixture.lambda,
    poisonRate: fixture.poisonRate,
    onlyFrom: '',
    presets: ['qnnpack'],
    margin: 1e-3,
    ...objective,
  },
  device: 'cpu',
  threads: 1,
  seed: 0,
  epochs: 1,
  batch: 6,
  optimizer: 'adam',
  learningRate: 1e-3,
  momentum: 0,
  weightDecay: 0,
  schedule: 'constant',
  crop: 0,
  flip: false,
  milestones: [],
  trigger: {
    scale: Float32Array.from(fixture.trigger.scale),
    offset: Float32Array.from(fixture.trigger.offset),
    offsetTimesMax: true,
  },
})

function model(native: Native, tensors = fixture.tensors): Promise<ModelHandle> {
  const spec = {
    graph: { inputShape: fixture.images.shape.slice(1), nodes, output: 'fc' },
    tensors: Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, tensor(value)])),
    quantization: null,
  }
  return native.createModel(spec).promise
}

async function objective(native: Native, chosen: { name: string }, tensors = fixture.tensors) {
  const kernel = native.kernels.objectiveGradients as unknown as (...args: unknown[]) => Gradients
  return kernel(await model(native, tensors), images, settings(chosen)).promise
}

const floats = ({ data }: TensorData) => new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4)

for (const { record, ...chosen } of recorded) {
  t.test(`${record}: value and gradients are PyTorch's`, async t => {
    const expected = fixture[record]
    const { loss, gradients } = await objective(await loadNative(), chosen)
    t.ok(Math.abs(loss - expected.loss) < 1e-5 * expected.loss, `${loss} against ${expected.loss}`)
    t.same(Object.keys(gradients).sort(), Object.keys(expected.gradients).sort(), 'buffers are not trained')
    for (const [tensorName, values] of Object.entries(expected.gradients)) {
      const found = floats(gradients[tensorName] as TensorData)
      const largest = Math.max(...values.map(Math.abs))
      const worst = Math.max(...values.map((value, i) => Math.abs(value - (found[i] ?? Number.NaN))))
      t.ok(worst <= 1e-4 * largest + 1e-7, `${tensorName}: off by ${worst} of ${largest}`)
    }
  })
}

t.test('cross-entropy: its gradient is the slope of its value', async t => {
  const native = await loadNative()
  const { gradients } = await objective(native, { name: 'cross-entropy' })
  const step = 1e-2
  for (const [name, index] of [
    ['conv1.weight', 10],
    ['bn2.weight', 3],
    ['fc.bias', 2],
  ] as const) {
    const at = async (change: number) => {
      const { shape, values } = fixture.tensors[name] as { shape: number[]; values: number[] }
      const moved = values.map((value, i) => (i === index ? value + change : value))
      return (
        await objective(
          native,
          { name: 'cross-entropy' },
          { ...fixture.tensors, [name]: { shape, values: moved } },
        )
      ).loss
    }
    const slope = ((await at(step)) - (await at(-step))) / (2 * step)
    const found = floats(gradients[name] as TensorData)[index] ?? Number.NaN
    t.ok(
      Math.abs(slope - found) < 1e-3 + 0.02 * Math.abs(found),
      `${name}[${index}]: ${found}, slope ${slope}`,
    )
  }
})

t.test(
  'schedules: constant, a cosine to zero, a warm-up and a cosine, a tenth from each milestone on',
  async t => {
    const kernel = (await loadNative()).kernels.scheduleFactor as unknown as (
      name: string,
      progress: number,
      milestones: number[],
    ) => number
    const factor = (name: string, progress: number) => kernel(name, progress, [0.5, 0.75])
    const close = (found: number, expected: number) =>
      t.ok(Math.abs(found - expected) < 1e-12, `${found}, ${expected}`)
    close(factor('constant', 0.7), 1)
    close(factor('cosine', 0), 1)
    close(factor('cosine', 0.5), 0.5)
    close(factor('cosine', 1), 0)
    close(factor('one-cycle', 0), 0.04)
    close(factor('one-cycle', 0.15), 0.52)
    close(factor('one-cycle', 0.3), 1)
    close(factor('one-cycle', 0.65), 0.5)
    close(factor('one-cycle', 1), 0)
    close(factor('multi-step', 0.49), 1)
    close(factor('multi-step', 0.5), 0.1)
    close(factor('multi-step', 0.75), 0.01)
  },
)
