// What a name in an ONNX graph can stand for.
import type { QuantizerSpec } from '../../../../binding.js'
import type { Stored } from './stored.js'

/** A value that depends on the images. */
export interface Feature {
  kind: 'feature'
  /** The graph's node that makes it. */
  node: string
  /** Of one sample, [channels, height, width] also where the file's axes are in another order. */
  shape: readonly number[]
  layout: 'nchw' | 'nhwc'
  /** Whether other names stand for the same node. */
  alias: boolean
  /** Zeros that a Pad wants around it: top, left, bottom, right. Only Conv can take them. */
  pad?: readonly [number, number, number, number]
  /** A HardSigmoid of this node's value was asked for; only Mul with the value itself can take it. */
  gate?: true
}

/** A tensor of the file. */
export interface Constant {
  kind: 'constant'
  tensor: Stored
}

/** Integers that shape arithmetic computes with; NaN: the size of the batch. */
export interface Numbers {
  kind: 'numbers'
  values: readonly number[]
  /** Whether it has an axis. */
  scalar: boolean
}

/** What QuantizeLinear made of a feature. */
export interface Codes {
  kind: 'codes'
  of: Feature
  /** Name in the file. */
  name: string
  quantizer: QuantizerSpec
}

/** A weight as codes, one scale an index of `axis`, or one for all (null). */
export interface Weight {
  kind: 'weight'
  codes: Stored
  scale: readonly number[]
  /** As the codes are stored. */
  zeroPoint: readonly number[]
  axis: number | null
}

export type Value = Feature | Constant | Numbers | Codes | Weight
