// Numbers of a file as float32. Half precisions are exact; a float64 is rounded to nearest, ties to even, as PyTorch does.

type Reader = (bytes: Uint8Array<ArrayBuffer>) => Float32Array<ArrayBuffer>

const READERS: Readonly<Record<string, Reader>> = {
  F32: ({ buffer }) => new Float32Array(buffer),
  F64: ({ buffer }) => Float32Array.from(new Float64Array(buffer)),
  F16: ({ buffer }) => looked(new Uint16Array(buffer), float16Table()),
  BF16: ({ buffer }) => {
    const bits = Uint32Array.from(new Uint16Array(buffer), upper => upper << 16)
    return new Float32Array(bits.buffer)
  },
}

export const FLOAT_DTYPES = Object.keys(READERS)

/** `bytes` begin at the start of their buffer, so that a typed array of any width can look at them. */
export function toFloat32(dtype: string, bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const reader = READERS[dtype]
  if (!reader) throw new TypeError(`numbers of type ${dtype}`)
  const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength
  return reader(
    whole && bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice(),
  )
}

function looked(codes: Uint16Array, table: Float32Array): Float32Array<ArrayBuffer> {
  const values = new Float32Array(codes.length)
  for (let at = 0; at < codes.length; at++) values[at] = table[codes[at] as number] as number
  return values
}

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
