// The test hook runProgram of native/bindings/kernels_graph.cpp, and graphs to run it on.
import type { ModelHandle, NodeSpec, TensorData } from '../../binding.js'
import { normal, tensor } from '../oracles/tensors.js'
import { create, floats, native, node, relativeError, size } from './recorded.js'

interface Ran {
  made: TensorData[]
  again: TensorData[]
  oneByOne: TensorData[]
  /** Of the program. */
  steps: number
  /** Whether the inputs are what they were. */
  untouched: boolean
}
/** A conv's weight in whole numbers, and the grid of what it reads. */
export interface Integers {
  codes: TensorData
  scale: TensorData
  inputScale: number
  zeroPoint: number
}
export interface Reading {
  weights?: Record<string, TensorData>
  /** For the program alone: node by node reads `weights`. */
  integers?: Record<string, Integers>
  moved?: string[]
}
interface Kernels {
  /** Whether a quantized convolution can be run on its codes here. */
  multipliesIntegers(): boolean
  sharedOut(
    n: number,
    grain: number,
  ): {
    visits: number[]
    parts: [number, number][]
    threads: number
    most: number
  }
  /** Whether programs run the fused convolutions here, or the same op by op. */
  fusesConvolutions(): boolean
  runProgram(
    model: ModelHandle,
    reading: Reading & Required<Pick<Reading, 'weights' | 'moved'>>,
    inputs: Record<string, TensorData>,
    outputs: string[],
  ): { promise: Promise<Ran> }
}
export const kernels = native.kernels as unknown as Kernels

/** Makes nodes one after another, their parameters from a seed. */
export class Net {
  readonly nodes: NodeSpec[] = [node('input', 'input', [])]
  readonly tensors: Record<string, TensorData> = {}
  readonly channels: Record<string, number> = {}
  #seed: number

  constructor(channels: number, seed = 0) {
    this.channels.input = channels
    this.#seed = seed * 1000
  }

  conv(name: string, input: string, out: number, { kernel = 3, stride = 1, groups = 1, bias = false } = {}) {
    const inputs = this.channels[input] ?? 0
    const spread = 1 / Math.sqrt((inputs / groups) * kernel ** 2)
    const parameters = {
      weight: this.#draw(`${name}.weight`, [out, inputs / groups, kernel, kernel], spread),
    }
    const padding = (kernel - 1) / 2
    const attributes = { stride: [stride, stride], padding: [padding, padding], dilation: [1, 1], groups }
    const withBias = bias ? { ...parameters, bias: this.#draw(`${name}.bias`, [out], 1) } : parameters
    return this.#add(node(name, 'conv2d', [input], { attributes, parameters: withBias }), out)
  }

  norm(name: string, input: string) {
    const channels = this.channels[input] ?? 0
    const parameters = {
      weight: this.#draw(`${name}.weight`, [channels], 0.3, 1),
      bias: this.#draw(`${name}.bias`, [channels], 0.5),
      runningMean: this.#draw(`${name}.mean`, [channels], 0.3),
      runningVar: this.#draw(`${name}.var`, [channels], 0.3, 0.5, Math.abs),
    }
    return this.#add(node(name, 'batchNorm2d', [input], { parameters }), channels)
  }

  linear(name: string, input: string, features: number, out: number) {
    const parameters = {
      weight: this.#draw(`${name}.weight`, [out, features], 1 / Math.sqrt(features)),
      bias: this.#draw(`${name}.bias`, [out], 1),
    }
    return this.#add(node(name, 'linear', [input], { parameters }), out)
  }

  op(op: string, name: string, inputs: string[], attributes: NodeSpec['attributes'] = {}) {
    return this.#add(node(name, op, inputs, { attributes }), this.channels[inputs[0] ?? ''] ?? 0)
  }

  create(inputShape: number[], output: string): Promise<ModelHandle> {
    return create({ inputShape, nodes: this.nodes, output }, this.tensors)
  }

  #add(made: NodeSpec, channels: number): string {
    this.nodes.push(made)
    this.channels[made.name] = channels
    return made.name
  }

  #draw(name: string, shape: number[], spread: number, around = 0, shaped = (x: number) => x): string {
    const values = normal(size(shape), ++this.#seed)
    this.tensors[name] = tensor(
      shape,
      values.map(value => around + shaped(spread * value)),
    )
    return name
  }
}

export const noise = (shape: number[], seed = 7): TensorData => tensor(shape, normal(size(shape), seed))

export interface Judged {
  /** Largest difference from node by node, over the largest number. */
  error: number
  steps: number
  sound: boolean
  made: TensorData[]
}

/** Runs the part between inputs and outputs as a program and node by node. */
export async function judge(
  model: ModelHandle,
  inputs: Record<string, TensorData>,
  outputs: string[],
  reading: Reading = {},
): Promise<Judged> {
  const full = { weights: {}, moved: [], ...reading }
  const { made, again, oneByOne, steps, untouched } = await kernels.runProgram(model, full, inputs, outputs)
    .promise
  const errors = made.map((value, i) => relativeError(floats(value), floats(oneByOne[i] ?? value)))
  const repeated = made.every((value, i) =>
    Buffer.from(value.data).equals(again[i]?.data ?? new Uint8Array()),
  )
  return { error: Math.max(...errors), steps, sound: untouched && repeated, made }
}
