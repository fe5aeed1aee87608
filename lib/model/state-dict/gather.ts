import type { Pace } from '../../pace.js'

const PACE_EVERY = 1 << 16

/** What a strided view sees, row-major. The view lies within the storage: checked when it was read. */
export async function gather(
  storage: Float32Array,
  { offset, shape, strides }: { offset: number; shape: readonly number[]; strides: readonly number[] },
  pace: Pace,
): Promise<Float32Array> {
  const size = shape.reduce((product, length) => product * length, 1)
  if (isRowMajor(shape, strides)) return storage.subarray(offset, offset + size)
  const values = new Float32Array(size)
  const index = new Array<number>(shape.length).fill(0)
  let from = offset
  for (let to = 0; to < size; to++) {
    if (to % PACE_EVERY === 0) await pace()
    values[to] = storage[from] as number
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [length, stride] = [shape[axis] as number, strides[axis] as number]
      from += stride
      index[axis] = (index[axis] as number) + 1
      if (index[axis] !== length) break
      index[axis] = 0
      from -= stride * length
    }
  }
  return values
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false
    expected *= shape[axis] as number
  }
  return true
}
