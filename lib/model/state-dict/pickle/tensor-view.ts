import type { Refuse } from './globals.js'
import { Storage, TensorView, Tuple, type Value } from './values.js'

const MAX_RANK = 8

/** torch._utils._rebuild_tensor_v2(storage, offset, shape, strides, ...): checked against its storage. */
export function tensorView(args: readonly Value[], refuse: Refuse): TensorView {
  const [storage, offset, shape, strides] = args
  if (!(storage instanceof Storage) || !isCount(offset)) throw refuse('a tensor without a storage')
  const [sizes, steps] = [counts(shape), counts(strides)]
  if (!sizes || !steps || sizes.length !== steps.length) throw refuse('a tensor without a shape')
  const end = reach(offset, sizes, steps)
  if (end > storage.count) {
    throw refuse(
      `a tensor of shape [${sizes}] and strides [${steps}] that reaches beyond its storage of ${storage.count} numbers`,
    )
  }
  return new TensorView(storage, offset, sizes, steps)
}

/** One more than the last number that the view reads; 0 for an empty tensor. */
function reach(offset: number, sizes: readonly number[], steps: readonly number[]): number {
  if (sizes.includes(0)) return 0
  return sizes.reduce((last, size, axis) => last + (size - 1) * (steps[axis] ?? 0), offset) + 1
}

function counts(value: Value | undefined): number[] | undefined {
  if (!(value instanceof Tuple) || value.items.length > MAX_RANK) return undefined
  return value.items.every(isCount) ? (value.items as number[]) : undefined
}

export const isCount = (value: Value | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
