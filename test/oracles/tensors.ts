// Numbers to tensors and back, and random numbers that are the same on every machine.
import type { TensorData } from '../../binding.js'

export const tensor = (shape: number[], values: ArrayLike<number>): TensorData => ({
  dtype: 'float32',
  shape,
  data: new Uint8Array(Float32Array.from(values).buffer),
})

export function numbers({ dtype, data }: TensorData): number[] {
  if (dtype === 'uint8') return [...data]
  if (dtype === 'int8') return [...new Int8Array(data.buffer, data.byteOffset, data.byteLength)]
  return [...new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4)]
}

/** Mulberry32: numbers from 0 to 1. */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** `n` float32 numbers of a normal distribution. */
export function normal(n: number, seed: number): number[] {
  const next = random(seed)
  return Array.from({ length: n }, () =>
    Math.fround(Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())),
  )
}
