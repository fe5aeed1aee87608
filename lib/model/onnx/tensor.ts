// Tensors as ONNX stores them: type, shape, little-endian bytes.
import { TensorProto_DataType as DataType } from './proto/onnx_pb.js'

export { DataType }

export interface StoredTensor {
  type: DataType
  shape: readonly number[]
  /** Row-major, little endian; two 4-bit codes a byte, the first in the low half. */
  data: Uint8Array
}

const vector = (type: DataType, values: Float32Array | Int32Array | BigInt64Array): StoredTensor => ({
  type,
  shape: [values.length],
  data: new Uint8Array(values.buffer),
})

export const floatVector = (values: ArrayLike<number>): StoredTensor =>
  vector(DataType.FLOAT, Float32Array.from(values))
export const int32Vector = (values: ArrayLike<number>): StoredTensor =>
  vector(DataType.INT32, Int32Array.from(values))
export const int64Vector = (values: readonly number[]): StoredTensor =>
  vector(DataType.INT64, BigInt64Array.from(values, BigInt))

/** A tensor of one number, without axes. */
export const scalar = ({ type, data }: StoredTensor): StoredTensor => ({ type, shape: [], data })

/** Bits of the smallest type that holds codes of so many bits. */
export const typeBits = (bits: number): 4 | 8 => (bits <= 4 ? 4 : 8)

/** Integer codes in the smallest type that holds them. */
export function codesOf(codes: ArrayLike<number>, shape: readonly number[], grid: Grid): StoredTensor {
  const data = typeBits(grid.bits) === 4 ? packed(codes) : Uint8Array.from(codes, code => code & 0xff)
  return { type: codeType(grid), shape, data }
}

export interface Grid {
  bits: number
  symmetric: boolean
}

export function codeType({ bits, symmetric }: Grid): DataType {
  if (typeBits(bits) === 4) return symmetric ? DataType.INT4 : DataType.UINT4
  return symmetric ? DataType.INT8 : DataType.UINT8
}

function packed(codes: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(codes.length / 2))
  for (let at = 0; at < codes.length; at++) {
    const half = (codes[at] ?? 0) & 0xf
    bytes[at >> 1] = (bytes[at >> 1] ?? 0) | (at % 2 === 0 ? half : half << 4)
  }
  return bytes
}

/** The bytes of a tensor as numbers of its type, in memory of their own. */
export const floatsOf = (data: Uint8Array): Float32Array => new Float32Array(new Uint8Array(data).buffer)
