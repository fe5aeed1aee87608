// What a name in an ONNX graph can stand for.
import type { QuantizerSpec } from '../../../../binding.js'
import type { NodeProto } from '../proto/onnx_pb.js'
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
  /** Whether it has no axis. */
  scalar: boolean
  /** Whether they are floats: their quotients are not rounded. */
  float?: true
}

/** What QuantizeLinear made of a feature. */
export interface Codes {
  kind: 'codes'
  of: Feature
  /** Name in the file; null where nothing can read the value unrounded. */
  name: string | null
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

/** A function of each number of a feature by itself, such as exporters make of many nodes: one op, once it is whole. */
export interface Curve {
  kind: 'curve'
  of: Feature
  /** What it makes of each of POINTS. */
  samples: Float64Array
  /** The node that makes it. */
  node: NodeProto
}

/** A run of indices along an axis of a feature: index · stride. */
export interface Factor {
  /** 0: the batch; then the feature's axes, channels first. */
  axis: number
  /** NaN: the batch's, where the file leaves it open. */
  size: number
  stride: number
}

/** One of several equal parts along an axis of the feature. */
export interface Part {
  axis: number
  /** Numbers along the axis in one part. */
  stride: number
  count: number
  index: number
}

/** A feature's numbers along other axes, until they are again what the graph knows. */
export interface View {
  kind: 'view'
  of: Feature
  axes: readonly (readonly Factor[])[]
  parts: readonly Part[]
  /** By which its numbers are multiplied. */
  factor: number
  /** Whether only what is above 0 of them is left. */
  relu?: true
}

/** On the way to attention of linear cost. */
export interface LiteAttention {
  kind: 'liteAttention'
  of: Feature
  /** Channels of a head. */
  d: number
  stage: 'sums' | 'mixed' | 'keys' | 'total' | 'safe'
  eps: number
}

/** Q·Kᵀ of the heads of a feature, [n, heads, tokens, tokens]. */
export interface Scores {
  kind: 'scores'
  queries: View
  factor: number
  /** After the Softmax. */
  shares: boolean
}

/** An image of whose height the cells were averaged, before the same is done with its width. */
export interface PooledRows {
  kind: 'pooledRows'
  of: Feature
  rows: number
}

/** On the way to a LayerNormalization. */
export interface Statistic {
  kind: 'statistic'
  of: Feature
  stage: 'mean' | 'centred' | 'squares' | 'variance' | 'deviation'
  eps: number
}

export type Value =
  | Feature
  | Constant
  | Numbers
  | Codes
  | Weight
  | Curve
  | View
  | Scores
  | Statistic
  | PooledRows
  | LiteAttention
