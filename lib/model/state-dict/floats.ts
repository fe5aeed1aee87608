// Numbers of a file as float32. Half precisions are exact; a float64 is rounded to nearest, ties to even, as PyTorch does.
import type { Pace } from '../../pace.js'

/** What the numbers are read as, and the float32 of each. */
interface Reading {
  codes: new (buffer: ArrayBuffer, byteOffset: number, length: number) => Uint16Array | Float64Array
  value: (code: number) => number
  bytes: number
}

const READINGS: Readonly<Record<string, () => Reading>> = {
  F64: () => ({ codes: Float64Array, value: code => code, bytes: 8 }),
  F16: () => {
    float16 ??= float16Table()
    const table = float16
    return { codes: Uint16Array, value: code => table[code] as number, bytes: 2 }
  },
  BF16: () => {
    const bits = new Uint32Array(1) // a bfloat16 is the upper half of a float32
    const number = new Float32Array(bits.buffer)
    const value = (code: number) => {
      bits[0] = code << 16
      return number[0] as number
    }
    return { codes: Uint16Array, value, bytes: 2 }
  },
}

export const FLOAT_DTYPES = ['F32', ...Object.keys(READINGS)]

const AT_ONCE = 1 << 16

/** Of one of FLOAT_DTYPES. The numbers of an F32 are looked at where they lie, where that is possible. */
export function toFloat32(dtype: string, bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const { values, convert } = conversion(dtype, bytes)
  convert(0, values.length)
  return values
}

/** The same for tensors of any size: the event loop gets its turns. */
export async function toFloat32Paced(
  dtype: string,
  bytes: Uint8Array,
  pace: Pace,
): Promise<Float32Array<ArrayBuffer>> {
  const { values, convert } = conversion(dtype, bytes)
  for (let from = 0; from < values.length; from += AT_ONCE) {
    await pace()
    convert(from, Math.min(AT_ONCE, values.length - from))
  }
  return values
}

interface Conversion {
  values: Float32Array<ArrayBuffer>
  convert(from: number, length: number): void
}

function conversion(dtype: string, bytes: Uint8Array): Conversion {
  const buffer = aligned(bytes)
  if (dtype === 'F32') return { values: new Float32Array(buffer), convert: () => {} }
  const reading = READINGS[dtype]?.()
  if (!reading) throw new TypeError(`numbers of type ${dtype}`)
  const values = new Float32Array(buffer.byteLength / reading.bytes)
  const convert = (from: number, length: number) => {
    const codes = new reading.codes(buffer, from * reading.bytes, length)
    for (let at = 0; at < length; at++) values[from + at] = reading.value(codes[at] as number)
  }
  return { values, convert }
}

/** The bytes in a buffer of their own, where a typed array of any width can begin. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes
  const own = byteOffset === 0 && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer
  return own ? buffer : bytes.slice().buffer
}

let float16: Float32Array | undefined // made once: a file may have thousands of scalars

/** Value by code: sign, 5 bits of exponent with bias 15, 10 bits of fraction (IEEE 754 binary16). */
function float16Table(): Float32Array {
  return Float32Array.from({ length: 2 ** 16 }, (_, code) => {
    const sign = code >> 15 ? -1 : 1
    const exponent = (code >> 10) & 0x1f
    const fraction = code & 0x3ff
    if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
    if (exponent === 0) return sign * fraction * 2 ** -24
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
  })
}
