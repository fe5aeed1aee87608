// The recorded cases of test/fixtures/graph, and the native core to run them on.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { GraphSpec, ModelHandle, Native, NodeSpec, TensorData } from '../../binding.js'
import { loadNative } from '../../lib/native/load.js'

export const folder = fileURLToPath(new URL('../fixtures/graph/', import.meta.url))

interface Recorded {
  torch: string
  cases: { name: string; shape: number[]; logits: number[] }[]
  batchNormTraining: {
    before: Record<'weight' | 'bias' | 'running_mean' | 'running_var', number[]>
    output: number[]
    runningMean: number[]
    runningVar: number[]
  }
}
export const recorded = JSON.parse(readFileSync(`${folder}recorded.json`, 'utf8')) as Recorded

interface Kernels {
  runValues(
    model: ModelHandle,
    data: Float32Array,
    shape: number[],
    training: boolean,
    seed: number,
  ): { promise: Promise<Record<'values' | 'tensors', Record<string, TensorData>>> }
}
export const native: Native = await loadNative()
export const kernels = native.kernels as unknown as Kernels

export const size = (shape: number[]) => shape.reduce((product, axis) => product * axis, 1)

/** The images of make.py: exact in every language. */
export const images = (shape: number[]) =>
  Float32Array.from({ length: size(shape) }, (_, i) => ((i * 7919) % 2003) / 1001.5 - 1)

export async function forward(model: ModelHandle, shape: number[]): Promise<number[]> {
  const { data } = await native.forward(model, images(shape), shape, { device: 'cpu', threads: 0, seed: 0 })
    .promise
  return Array.from(data)
}

export const floats = ({ data }: TensorData): number[] =>
  Array.from(new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)))

export const tensor = (shape: number[], values: ArrayLike<number>): TensorData => ({
  dtype: 'float32',
  shape,
  data: new Uint8Array(Float32Array.from(values).buffer),
})

/** Largest difference, over the largest number expected. */
export function relativeError(found: number[], expected: number[]): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY
  const largest = Math.max(...expected.map(Math.abs))
  return Math.max(...found.map((number, i) => Math.abs(number - (expected[i] ?? Number.NaN)))) / largest
}

/** Part of a node; the rest is empty. */
export const node = (name: string, op: string, inputs: string[], rest: Partial<NodeSpec> = {}): NodeSpec => ({
  name,
  op,
  inputs,
  attributes: {},
  parameters: {},
  ...rest,
})

/** One op on an input of that shape, flattened to logits. */
export function singleOp(inputShape: number[], op: string, rest: Partial<NodeSpec> = {}): GraphSpec {
  const nodes = [
    node('input', 'input', []),
    node('op', op, ['add', 'multiply'].includes(op) ? ['input', 'input'] : ['input'], rest),
    node('logits', 'flatten', ['op']),
  ]
  return { inputShape, nodes, output: 'logits' }
}

export const create = (graph: GraphSpec, tensors: Record<string, TensorData> = {}): Promise<ModelHandle> =>
  native.createModel({ graph, tensors, quantization: null }).promise

export const load = (file: string, shape: number[] | null = null): Promise<ModelHandle> =>
  native.importTorchScript(folder + file, shape).promise
