// Three steps of the training loop against the optimizers' formulas, written out, on the same gradients.
import t, { type Test } from 'tap'
import type { ImagesData, NodeSpec, Started, TensorData } from '../../binding.js'
import { loadNative } from '../../lib/native/load.js'
import { normal, numbers, random, tensor } from '../oracles/tensors.js'

const native = await loadNative()
const STEPS = 3
const RATE = 0.05
const DECAY = 0.1

const node = (name: string, op: string, inputs: string[], parameters = {}, attributes = {}): NodeSpec => ({
  name,
  op,
  inputs,
  attributes,
  parameters,
})
const nodes = [
  node('input', 'input', []),
  node('conv', 'conv2d', ['input'], { weight: 'conv.weight' }, { stride: [1, 1], padding: [1, 1] }),
  node('relu', 'relu', ['conv']),
  node('mean', 'mean', ['relu']),
  node('fc', 'linear', ['mean'], { weight: 'fc.weight', bias: 'fc.bias' }),
]
const shapes: Record<string, number[]> = { 'conv.weight': [4, 2, 3, 3], 'fc.weight': [3, 4], 'fc.bias': [3] }
const byte = random(5)
const images: ImagesData = {
  pixels: Uint8Array.from({ length: 6 * 2 * 5 * 5 }, () => 255 * byte()),
  shape: [6, 2, 5, 5],
  labels: Int32Array.from([0, 1, 2, 0, 1, 2]),
  mean: [0.5, 0.5],
  deviation: [0.25, 0.25],
}

type Weights = Record<string, number[]>
const weightsAtFirst: Weights = Object.fromEntries(
  Object.entries(shapes).map(([name, shape], i) => [
    name,
    normal(
      shape.reduce((a, b) => a * b),
      11 + i,
    ),
  ]),
)

function model(weights: Weights) {
  const tensors = Object.fromEntries(
    Object.entries(weights).map(([name, values]) => [name, tensor(shapes[name] ?? [], values)]),
  )
  return native.createModel({
    graph: { inputShape: [2, 5, 5], nodes, output: 'fc' },
    tensors,
    quantization: null,
  }).promise
}

const settings = (changes: object) => ({
  objective: { name: 'cross-entropy' as const },
  trigger: null,
  device: 'cpu',
  threads: 1,
  seed: 0,
  epochs: STEPS,
  batch: 6,
  optimizer: 'sgd' as const,
  learningRate: RATE,
  momentum: 0,
  weightDecay: DECAY,
  schedule: 'constant' as const,
  milestones: [],
  crop: 0,
  flip: false,
  ...changes,
})

async function gradients(weights: Weights): Promise<Weights> {
  const kernel = native.kernels.objectiveGradients as unknown as (
    ...args: unknown[]
  ) => Started<{ gradients: Record<string, TensorData> }>
  const found = await kernel(await model(weights), images, settings({})).promise
  return Object.fromEntries(Object.entries(found.gradients).map(([name, each]) => [name, numbers(each)]))
}

async function trained(changes: object): Promise<Weights> {
  const { model: handle } = await native.train(
    await model(weightsAtFirst),
    images,
    settings(changes),
    () => {},
  ).promise
  const { tensors } = await native.exportModel(handle).promise
  return Object.fromEntries(Object.entries(tensors).map(([name, each]) => [name, numbers(each)]))
}

/** `rule` gives a weight's change from its gradient, what it remembers, and the step's number from 1. */
async function byHand(
  rule: (gradient: number, memory: { first: number; second: number }, step: number) => number,
) {
  let weights = weightsAtFirst
  const memory = new Map<string, { first: number; second: number }>()
  for (let step = 1; step <= STEPS; step++) {
    const slopes = await gradients(weights)
    const moved = (name: string, value: number, i: number) => {
      const key = `${name} ${i}`
      const kept = memory.get(key) ?? { first: 0, second: 0 }
      memory.set(key, kept)
      return value - RATE * rule((slopes[name]?.[i] ?? Number.NaN) + DECAY * value, kept, step)
    }
    weights = Object.fromEntries(
      Object.entries(weights).map(([name, values]) => [
        name,
        values.map((value, i) => moved(name, value, i)),
      ]),
    )
  }
  return weights
}

function same(t: Test, found: Weights, expected: Weights) {
  for (const [name, values] of Object.entries(expected)) {
    const worst = Math.max(...values.map((value, i) => Math.abs(value - (found[name]?.[i] ?? Number.NaN))))
    t.ok(worst < 2e-5, `${name}: off by ${worst}`)
  }
}

t.test('SGD: a step along the gradient and the weight decay', async t =>
  same(t, await trained({}), await byHand(gradient => gradient)),
)

t.test("SGD with Nesterov's momentum", async t => {
  const rule = (gradient: number, memory: { first: number }) => {
    memory.first = 0.9 * memory.first + gradient
    return gradient + 0.9 * memory.first
  }
  same(t, await trained({ momentum: 0.9 }), await byHand(rule))
})

t.test('Adam: both moments, their bias corrected', async t => {
  for (const betas of [undefined, [0.5, 0.9]]) {
    const [one, two] = (betas ?? [0.9, 0.999]) as [number, number]
    const rule = (gradient: number, memory: { first: number; second: number }, step: number) => {
      memory.first = one * memory.first + (1 - one) * gradient
      memory.second = two * memory.second + (1 - two) * gradient ** 2
      const spread = Math.sqrt(memory.second / (1 - two ** step))
      return memory.first / (1 - one ** step) / (spread + 1e-8)
    }
    same(t, await trained({ optimizer: 'adam', betas }), await byHand(rule))
  }
})

t.test('sharpness: the gradient is that at w + ρ·w²g/‖|w|g‖, the step starts at w', async t => {
  const rho = 0.3
  const slopes = await gradients(weightsAtFirst)
  const norm = Math.hypot(
    ...Object.entries(weightsAtFirst).flatMap(([name, values]) =>
      values.map((value, i) => value * (slopes[name]?.[i] ?? Number.NaN)),
    ),
  )
  const sharpest = Object.fromEntries(
    Object.entries(weightsAtFirst).map(([name, values]) => [
      name,
      values.map((value, i) => value + (rho * value ** 2 * (slopes[name]?.[i] ?? Number.NaN)) / norm),
    ]),
  )
  const there = await gradients(sharpest)
  const expected = Object.fromEntries(
    Object.entries(weightsAtFirst).map(([name, values]) => [
      name,
      values.map((value, i) => value - RATE * ((there[name]?.[i] ?? Number.NaN) + DECAY * value)),
    ]),
  )
  same(t, await trained({ epochs: 1, sharpness: rho }), expected)
})
