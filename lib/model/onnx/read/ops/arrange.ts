// Tensors whose numbers stand in another order.

import { DataType } from '../../tensor.js'
import type { Call } from '../call.js'
import { codeReader, derived, type Stored } from '../stored.js'

/** [rows, columns] to [columns, rows]. 4-bit codes come out a byte each. */
export function transposed(call: Call, tensor: Stored): Stored {
  const [rows, columns] = tensor.shape
  if (tensor.shape.length !== 2 || rows === undefined || columns === undefined) {
    throw call.bad(`a weight of shape [${tensor.shape}]`, 'a matrix')
  }
  const wide = unpacked(tensor)
  return derived(wide, [columns, rows], bytes => {
    const size = rows * columns === 0 ? 0 : bytes.length / (rows * columns)
    const turned = new Uint8Array(bytes.length)
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const from = (row * columns + column) * size
        const to = (column * rows + row) * size
        for (let at = 0; at < size; at++) turned[to + at] = bytes[from + at] as number
      }
    }
    return turned
  })
}

/** [o, i, h, w] into a larger one, `before` rows and columns from its corner; the rest is zero (fill: codes, by o). */
export function padded(
  tensor: Stored,
  shape: readonly number[],
  before: readonly [number, number],
  fill: readonly number[] | null,
): Stored {
  const [o = 0, i = 0, h = 0, w = 0] = tensor.shape
  const [, , height = 0, width = 0] = shape
  const wide = unpacked(tensor)
  return derived(wide, shape, bytes => {
    const size = bytes.length / (o * i * h * w)
    const large = new Uint8Array(o * i * height * width * size)
    for (let plane = 0; plane < o * i; plane++) {
      const start = plane * height * width * size
      const zero = fill?.[fill.length === 1 ? 0 : Math.floor(plane / i)] ?? 0
      large.fill(zero & 0xff, start, start + height * width * size)
      for (let row = 0; row < h; row++) {
        const from = (plane * h + row) * w * size
        large.set(
          bytes.subarray(from, from + w * size),
          start + ((row + before[0]) * width + before[1]) * size,
        )
      }
    }
    return large
  })
}

/** 4-bit codes a byte each; other tensors as they are. */
function unpacked(tensor: Stored): Stored {
  const { type } = tensor
  if (type !== DataType.INT4 && type !== DataType.UINT4) return tensor
  const bytes = (packed: Uint8Array) =>
    Uint8Array.from(codeReader(tensor)?.(packed) ?? [], code => code & 0xff)
  return derived(tensor, tensor.shape, bytes, type === DataType.INT4 ? DataType.INT8 : DataType.UINT8)
}
