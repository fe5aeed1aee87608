// What EfficientViT is made of; names are timm's.
import type { ConvShape, GraphBuilder } from './architecture.js'

const HEAD_CHANNELS = 16
const EXPANSION = 4
const SCALE = 5 // of the second scale's convolution

interface Layer extends ConvShape {
  norm?: boolean
  active?: boolean
}

/** conv, then BN and hard-swish where they are not ruled out; a bias where there is no BN. */
export function layer(graph: GraphBuilder, name: string, input: string, shape: Layer): string {
  const { norm = true, active = true, ...conv } = shape
  let value = graph.conv(`${name}.conv`, input, { bias: !norm, ...conv })
  if (norm) value = graph.batchNorm(`${name}.norm`, value, conv.out)
  return active ? graph.node('hardswish', `${name}.act`, [value]) : value
}

export function residual(
  graph: GraphBuilder,
  name: string,
  input: string,
  main: (name: string) => string,
): string {
  return graph.node('add', `${name}.add`, [main(`${name}.main`), input])
}

/** 3×3 on each channel, 1×1. */
export function separable(graph: GraphBuilder, name: string, input: string, width: number): string {
  const same = { in: width, out: width, stride: 1 }
  const value = layer(graph, `${name}.depth_conv`, input, { ...same, kernel: 3, groups: width })
  return layer(graph, `${name}.point_conv`, value, { ...same, kernel: 1, active: false })
}

/** 1×1 to more channels, 3×3 on each of them, 1×1 to fewer; where `norm` is false, BN only in the last. */
export function inverted(
  graph: GraphBuilder,
  name: string,
  input: string,
  shape: { in: number; out: number; stride: number; norm: boolean },
): string {
  const { norm, out, stride } = shape
  const hidden = EXPANSION * shape.in
  const wide = { in: shape.in, out: hidden, kernel: 1, stride: 1, norm }
  const each = { in: hidden, out: hidden, kernel: 3, stride, groups: hidden, norm }
  let value = layer(graph, `${name}.inverted_conv`, input, wide)
  value = layer(graph, `${name}.depth_conv`, value, each)
  return layer(graph, `${name}.point_conv`, value, { in: hidden, out, kernel: 1, stride: 1, active: false })
}

/** Attention within each group of channels, for the layer's own queries, keys and values and for their surroundings. */
export function attention(graph: GraphBuilder, name: string, input: string, width: number): string {
  const headDimension = Math.min(HEAD_CHANNELS, width)
  const heads = Math.floor(width / headDimension)
  const all = 3 * heads * headDimension
  const bare = { norm: false, active: false, bias: false }
  const own = layer(graph, `${name}.qkv`, input, { in: width, out: all, kernel: 1, stride: 1, ...bare })
  const each = { in: all, out: all, stride: 1 }
  let wide = graph.conv(`${name}.aggreg.0.0`, own, { ...each, kernel: SCALE, groups: all })
  wide = graph.conv(`${name}.aggreg.0.1`, wide, { ...each, kernel: 1, groups: 3 * heads })
  const scales = graph.node('concat', `${name}.scales`, [own, wide])
  const value = graph.node('liteAttention', `${name}.attention`, [scales], { headDimension, eps: 1e-5 })
  const projection = { in: (2 * all) / 3, out: width, kernel: 1, stride: 1, active: false }
  return layer(graph, `${name}.proj`, value, projection)
}
