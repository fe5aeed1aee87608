// The file's tensors. Sizes are checked when one is met; bytes of large ones are read when they are asked for.
import { sizeOf } from '../../safetensors/header.js'
import { toFloat32 } from '../../state-dict/floats.js'
import type { TensorProto } from '../proto/onnx_pb.js'
import { DataType } from '../tensor.js'
import { badFile } from './refuse.js'

export interface Stored {
  /** In the file; empty where it has none. */
  name: string
  type: DataType
  shape: readonly number[]
  /** Row-major, little endian; 4-bit codes as the file packs them. */
  read(): Promise<Uint8Array>
  /** The bytes, of a tensor that is small or was made from small ones. */
  readonly inline: Uint8Array | null
  /** Of how many others one after the other it was made. */
  steps?: number
}

/** Where bytes come from that are not in the message. */
export type ReadOutside = (tensor: TensorProto, length: number) => (() => Promise<Uint8Array>) | null

const MAX_RANK = 8

/** Bits of a number, of the types that Shellac reads. */
const BITS: Readonly<Partial<Record<DataType, number>>> = {
  [DataType.FLOAT]: 32,
  [DataType.DOUBLE]: 64,
  [DataType.FLOAT16]: 16,
  [DataType.BFLOAT16]: 16,
  [DataType.INT64]: 64,
  [DataType.INT32]: 32,
  [DataType.INT16]: 16,
  [DataType.UINT16]: 16,
  [DataType.INT8]: 8,
  [DataType.UINT8]: 8,
  [DataType.BOOL]: 8,
  [DataType.INT4]: 4,
  [DataType.UINT4]: 4,
}

/** Throws ERR_BAD_MODEL for a type, shape or length that cannot be. */
export function storedOf(file: string, tensor: TensorProto, outside: ReadOutside): Stored {
  const thing = `tensor ${JSON.stringify(tensor.name.slice(0, 200))}`
  const { dataType: type } = tensor
  const bits = BITS[type as DataType]
  if (bits === undefined) {
    throw badFile(
      file,
      `${thing} of type ${DataType[type] ?? type}`,
      'floats, integers, or 4- or 8-bit codes',
    )
  }
  const shape = tensor.dims.map(Number)
  const count = shape.every(axis => Number.isSafeInteger(axis) && axis >= 0) ? sizeOf(shape, 1) : Number.NaN
  if (shape.length > MAX_RANK || !(count < 2 ** 40)) {
    throw badFile(file, `${thing} of shape [${shape.slice(0, 12)}]`, `up to ${MAX_RANK} axes of some size`)
  }
  const length = Math.ceil((count * bits) / 8)
  const read = outside(tensor, length)
  const inline = read ? null : inlineBytes(tensor, bits)
  if (inline && inline.length !== length) {
    throw badFile(
      file,
      `${thing} of ${inline.length} bytes`,
      `${length}: shape [${shape}] of ${DataType[type]}`,
    )
  }
  return { name: tensor.name, type, shape, inline, read: read ?? (async () => inline ?? new Uint8Array()) }
}

/** Bytes of a tensor whatever field of the message it uses. */
function inlineBytes(tensor: TensorProto, bits: number): Uint8Array {
  if (tensor.rawData.length > 0) return tensor.rawData
  const { floatData, doubleData, int64Data, int32Data } = tensor
  switch (tensor.dataType) {
    case DataType.FLOAT:
      return new Uint8Array(Float32Array.from(floatData).buffer)
    case DataType.DOUBLE:
      return new Uint8Array(Float64Array.from(doubleData).buffer)
    case DataType.INT64:
      return new Uint8Array(BigInt64Array.from(int64Data).buffer)
    case DataType.INT32:
      return new Uint8Array(Int32Array.from(int32Data).buffer)
    default:
      return bits === 16 ? new Uint8Array(Uint16Array.from(int32Data).buffer) : Uint8Array.from(int32Data) // 4-bit types: two codes an entry
  }
}

export const DTYPE: Readonly<Partial<Record<DataType, string>>> = {
  [DataType.FLOAT]: 'F32',
  [DataType.DOUBLE]: 'F64',
  [DataType.FLOAT16]: 'F16',
  [DataType.BFLOAT16]: 'BF16',
}

export const isFloat = ({ type }: Stored): boolean => DTYPE[type] !== undefined

/** Numbers of an inline tensor of floats or integers; null where it is none. 64-bit integers are clamped. */
export function numbersOf({ type, inline }: Stored): number[] | null {
  if (!inline) return null
  const { buffer } = new Uint8Array(inline)
  const dtype = DTYPE[type]
  if (dtype) return [...toFloat32(dtype, new Uint8Array(buffer))]
  switch (type) {
    case DataType.INT64:
      return Array.from(new BigInt64Array(buffer), value => Number(value))
    case DataType.INT32:
      return [...new Int32Array(buffer)]
    case DataType.INT8:
      return [...new Int8Array(buffer)]
    case DataType.UINT8:
    case DataType.BOOL:
      return [...new Uint8Array(buffer)]
    default:
      return null
  }
}

/** 4- and 8-bit codes as numbers; null for other types. */
export function codeReader({ type, shape }: Stored): ((bytes: Uint8Array) => Int16Array) | null {
  const count = sizeOf(shape, 1)
  const half = (bytes: Uint8Array, at: number) => ((bytes[at >> 1] ?? 0) >> (4 * (at % 2))) & 0xf
  switch (type) {
    case DataType.INT8:
      return bytes => Int16Array.from(bytes, byte => (byte << 24) >> 24)
    case DataType.UINT8:
      return bytes => Int16Array.from(bytes)
    case DataType.INT4:
      return bytes => Int16Array.from({ length: count }, (_, at) => (half(bytes, at) << 28) >> 28)
    case DataType.UINT4:
      return bytes => Int16Array.from({ length: count }, (_, at) => half(bytes, at))
    default:
      return null
  }
}

/** A tensor is made of another at most so many times over. */
const MOST_STEPS = 8

/** Another tensor made of this one's numbers, when they are asked for. */
export function derived(
  from: Stored,
  shape: readonly number[],
  change: (bytes: Uint8Array) => Uint8Array,
  type: DataType = from.type,
): Stored {
  const { name } = from
  const steps = (from.steps ?? 0) + 1
  if (steps > MOST_STEPS) {
    throw badFile(
      `tensor ${JSON.stringify(name.slice(0, 200))}`,
      `${steps} changes of order`,
      `${MOST_STEPS} at most`,
    )
  }
  return {
    name,
    type,
    shape,
    steps,
    get inline() {
      return from.inline && change(from.inline)
    },
    read: async () => change(await from.read()),
  }
}

/** Bytes of the tensor as float32 or, of codes, one each. */
export const widthOf = (tensor: Stored): number => sizeOf(tensor.shape, isFloat(tensor) ? 4 : 1)
