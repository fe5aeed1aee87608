// The safetensors header: 8 bytes of length (little endian), then JSON: name → { dtype, shape, data_offsets }, and
// under "__metadata__" a map of strings. Everything in it is checked before memory is taken for a tensor.
import { ShellacError } from '../../errors.js'
import { parseJson } from './json.js'

/** Bytes of one element. */
export const DTYPES: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
}

export const MAX_HEADER = 100 * 1024 * 1024
const MAX_RANK = 8
const MAX_DEPTH = 3 // header, tensor, shape

export interface Entry {
  name: string
  dtype: string
  shape: number[]
  /** Within the data that follows the header. */
  begin: number
  end: number
}

export interface Header {
  metadata: Record<string, string>
  entries: Entry[]
}

export function bad(file: string, found: string, expected: string): ShellacError {
  return new ShellacError('ERR_BAD_MODEL', {
    thing: file,
    found,
    expected,
    remedy: 'get the file again; it is damaged, or not what it claims to be',
  })
}

/** The header's length, from the first 8 bytes. */
export function headerLength(file: string, prefix: Buffer, fileSize: number): number {
  const length = prefix.readBigUInt64LE(0)
  const room = Math.min(MAX_HEADER, fileSize - 8)
  if (length < 2n || length > BigInt(room)) {
    throw bad(file, `a header of ${length} bytes in a file of ${fileSize}`, `2 to ${room} bytes`)
  }
  return Number(length)
}

/** dataSize: bytes of the file after the header. */
export function readHeader(file: string, bytes: Uint8Array, dataSize: number): Header {
  const header = jsonObject(file, bytes)
  const metadata = metadataOf(file, header.__metadata__)
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => entryOf(file, name, value))
    .sort((one, other) => one.begin - other.begin || one.end - other.end)
  let expected = 0
  for (const { name, begin, end } of entries) {
    if (begin !== expected) {
      throw bad(file, `tensor "${name}" begins at byte ${begin}`, `${expected}: no gaps, no overlaps`)
    }
    expected = end
  }
  if (expected !== dataSize)
    throw bad(file, `${dataSize} bytes of data`, `${expected}, the sum of its tensors`)
  return { metadata, entries }
}

function jsonObject(file: string, bytes: Uint8Array): Record<string, unknown> {
  let value: unknown
  try {
    value = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes), MAX_DEPTH)
  } catch (error) {
    throw bad(file, `a header with ${(error as Error).message}`, 'a header of plain JSON')
  }
  if (!isObject(value)) throw bad(file, 'a header that is no object', 'a JSON object')
  return value
}

function metadataOf(file: string, value: unknown): Record<string, string> {
  if (value === undefined) return {}
  if (!isObject(value) || Object.values(value).some(entry => typeof entry !== 'string')) {
    throw bad(file, 'metadata that is no map of strings', 'an object whose values are strings')
  }
  return value as Record<string, string>
}

function entryOf(file: string, name: string, value: unknown): Entry {
  const thing = `tensor "${name}"`
  if (!isObject(value)) throw bad(file, `${thing} without a description`, 'dtype, shape and data_offsets')
  const { dtype, shape, data_offsets: offsets } = value
  const unit = typeof dtype === 'string' && Object.hasOwn(DTYPES, dtype) ? DTYPES[dtype] : undefined
  if (unit === undefined) {
    throw bad(file, `${thing} of type ${JSON.stringify(dtype)}`, `one of ${Object.keys(DTYPES).join(', ')}`)
  }
  if (!isCounts(shape) || shape.length > MAX_RANK) {
    throw bad(file, `${thing} of shape ${JSON.stringify(shape)}`, `up to ${MAX_RANK} non-negative integers`)
  }
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw bad(file, `${thing} at ${JSON.stringify(offsets)}`, 'two byte offsets')
  }
  const [begin, end] = offsets as [number, number]
  const size = sizeOf(shape, unit)
  if (end - begin !== size) {
    throw bad(file, `${thing} of ${end - begin} bytes`, `${size}: shape [${shape}] of ${dtype}`)
  }
  return { name, dtype: dtype as string, shape, begin, end }
}

/** Bytes of a tensor; Infinity beyond what a number counts exactly, so that it equals no size. */
export function sizeOf(shape: readonly number[], unit: number): number {
  if (shape.includes(0)) return 0
  const size = shape.reduce((product, count) => product * count, unit)
  return Number.isSafeInteger(size) ? size : Number.POSITIVE_INFINITY
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every(count => Number.isSafeInteger(count) && count >= 0)
