import type { GraphSpec, NodeSpec, TensorData } from '../../../binding.js'
import { type Random, random } from '../../random.js'

/** A graph with its first tensors. */
export interface Built {
  graph: GraphSpec
  tensors: Record<string, TensorData>
}

type Attributes = NodeSpec['attributes']

export interface ConvShape {
  in: number
  out: number
  kernel: number
  stride: number
  /** On each side; half the kernel where it is left out. */
  padding?: number
  groups?: number
  bias?: boolean
}

/** Collects nodes in order; each method gives the name of the value that its node makes. */
export class GraphBuilder {
  readonly #nodes: NodeSpec[] = []
  readonly #weights: { name: string; shape: number[]; draw: (random: Random) => number }[] = []

  node(op: string, name: string, inputs: string[], attributes: Attributes = {}, parameters = {}): string {
    this.#nodes.push({ name, op, inputs, attributes, parameters })
    return name
  }

  /** Weights normal with deviation sqrt(2 / (out / groups · kernel²)) (He, fan-out); a bias, where there is one, is 0. */
  conv(name: string, input: string, shape: ConvShape): string {
    const groups = shape.groups ?? 1
    const weight = [shape.out, shape.in / groups, shape.kernel, shape.kernel]
    const deviation = Math.sqrt(2 / ((shape.out / groups) * shape.kernel ** 2))
    this.#weights.push({ name: `${name}.weight`, shape: weight, draw: random => deviation * random.normal() })
    const padding = shape.padding ?? (shape.kernel - 1) / 2
    const attributes = {
      stride: [shape.stride, shape.stride],
      padding: [padding, padding],
      dilation: [1, 1],
      groups,
    }
    if (shape.bias) this.#weights.push({ name: `${name}.bias`, shape: [shape.out], draw: () => 0 })
    const parameters = { weight: `${name}.weight`, ...(shape.bias && { bias: `${name}.bias` }) }
    return this.node('conv2d', name, [input], attributes, parameters)
  }

  /** BN that begins as the identity. */
  batchNorm(name: string, input: string, channels: number): string {
    const fixed = (tensor: string, value: number) => this.tensor(`${name}.${tensor}`, [channels], () => value)
    return this.node(
      'batchNorm2d',
      name,
      [input],
      { eps: 1e-5, momentum: 0.1 },
      {
        weight: fixed('weight', 1),
        bias: fixed('bias', 0),
        runningMean: fixed('running_mean', 0),
        runningVar: fixed('running_var', 1),
      },
    )
  }

  /** Layer normalization over the channels, that begins without gain and shift. */
  layerNorm(name: string, input: string, channels: number, eps: number): string {
    const weight = this.tensor(`${name}.weight`, [channels], () => 1)
    const bias = this.tensor(`${name}.bias`, [channels], () => 0)
    return this.node('layerNorm', name, [input], { eps }, { weight, bias })
  }

  /** Weights and bias uniform within 1/sqrt(in). `stem`: what their names begin with, the node's name and a dot where it is left out. */
  linear(
    name: string,
    input: string,
    features: { in: number; out: number; bias?: boolean; stem?: string },
  ): string {
    const bound = 1 / Math.sqrt(features.in)
    const draw = (random: Random) => bound * (2 * random.next() - 1)
    const stem = features.stem ?? `${name}.`
    const weight = this.tensor(`${stem}weight`, [features.out, features.in], draw)
    if (features.bias === false) return this.node('linear', name, [input], {}, { weight })
    return this.node(
      'linear',
      name,
      [input],
      {},
      { weight, bias: this.tensor(`${stem}bias`, [features.out], draw) },
    )
  }

  /** A parameter of the next node, whose numbers `draw` gives one by one; its name. */
  tensor(name: string, shape: number[], draw: (random: Random) => number): string {
    this.#weights.push({ name, shape, draw })
    return name
  }

  /** Draws the tensors in the order of their nodes; gives the event loop a turn between them. */
  async build(inputShape: number[], output: string, seed: number): Promise<Built> {
    const source = random(seed)
    const tensors: [string, TensorData][] = []
    for (const { name, shape, draw } of this.#weights) {
      const values = new Float32Array(shape.reduce((size, count) => size * count, 1))
      for (let at = 0; at < values.length; at++) values[at] = draw(source)
      tensors.push([name, { dtype: 'float32', shape, data: new Uint8Array(values.buffer) }])
      await new Promise(resolve => setImmediate(resolve))
    }
    return { graph: { inputShape, nodes: this.#nodes, output }, tensors: Object.fromEntries(tensors) }
  }
}
