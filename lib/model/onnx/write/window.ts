// How pooling and convolution windows are said in ONNX.
import type { NodeSpec } from '../../../../binding.js'
import type { AttributeValue } from './graph-writer.js'

export function pair(node: NodeSpec, key: string, fallback: readonly [number, number]): [number, number] {
  const value = node.attributes[key]
  if (typeof value === 'number') return [value, value]
  if (!Array.isArray(value)) return [...fallback]
  const [height = fallback[0], width = height] = value
  return [height, width]
}

/** Attributes that Conv and the pools share; the kernel's size is given. */
export function windowAttributes(node: NodeSpec, kernel: [number, number], stride: [number, number]) {
  const [top, left] = pair(node, 'padding', [0, 0])
  return {
    kernel_shape: kernel,
    strides: stride,
    pads: [top, left, top, left],
    dilations: pair(node, 'dilation', [1, 1]),
  } satisfies Record<string, AttributeValue>
}

/**
 * Attributes of a pool. Where the output's size is rounded up, padding at the end says so: it is neither counted by
 * AveragePool without count_include_pad nor ever the largest, and every runtime agrees about it, as they don't about
 * ceil_mode.
 */
export function poolAttributes(node: NodeSpec, input: readonly number[], output: readonly number[]) {
  const kernel = pair(node, 'kernel', [1, 1])
  const window = windowAttributes(node, kernel, pair(node, 'stride', kernel))
  if (node.attributes.ceilMode !== true) return window
  const pads = [...window.pads]
  for (const axis of [0, 1] as const) {
    const reach = window.dilations[axis] * (kernel[axis] - 1) + 1
    const needed = ((output[axis + 1] ?? 1) - 1) * window.strides[axis] + reach
    const have = (input[axis + 1] ?? 0) + (pads[axis] ?? 0)
    pads[axis + 2] = Math.max(needed - have, pads[axis + 2] ?? 0)
  }
  return { ...window, pads }
}
