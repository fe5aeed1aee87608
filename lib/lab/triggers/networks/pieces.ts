// What the networks of learned triggers are made of.
import type { ModelSpec } from '../../../../binding.js'
import { type Built, GraphBuilder } from '../../../model/architectures/architecture.js'

export type ImageShape = readonly [number, number, number]

/** Names of the values that composing reads. */
export const INPUT = 'input'

export const specOf = ({ graph, tensors }: Built): ModelSpec => ({ graph, tensors, quantization: null })

/** How often, at most `most` times, height and width can be halved so that `least` pixels are left. */
export function halvings([, height, width]: ImageShape, most: number, least: number): number {
  const fits = (times: number) =>
    [height, width].every(size => size % 2 ** times === 0 && size / 2 ** times >= least)
  return Array.from({ length: most }, (_, index) => most - index).find(fits) ?? 0
}

export class TriggerBuilder extends GraphBuilder {
  conv3(name: string, input: string, from: number, to: number, stride = 1): string {
    return this.conv(name, input, { in: from, out: to, kernel: 3, stride, bias: true })
  }

  relu(name: string, input: string): string {
    return this.node('relu', name, [input])
  }

  convBnRelu(name: string, input: string, from: number, to: number): string {
    const made = this.conv(`${name}.conv`, input, { in: from, out: to, kernel: 3, stride: 1 })
    return this.relu(`${name}.relu`, this.batchNorm(`${name}.bn`, made, to))
  }

  pool(name: string, input: string): string {
    return this.node('maxPool2d', name, [input], { kernel: [2, 2], stride: [2, 2], padding: [0, 0] })
  }

  upsample(name: string, input: string): string {
    return this.node('upsampleNearest2d', name, [input], { scale: 2 })
  }

  affine(name: string, input: string, factor: number, shift: number): string {
    return this.node('affine', name, [input], { factor, shift })
  }

  /** tanh(z)/2 + ½, which is sigmoid(2z). */
  halfTanh(name: string, input: string): string {
    return this.node('sigmoid', name, [this.affine(`${name}.twice`, input, 2, 0)])
  }
}
