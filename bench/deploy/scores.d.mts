import type { Dataset, Normalization, Trigger } from '../../lib/index.js'

export interface Engine {
  run(data: Float32Array, shape: readonly number[]): Promise<{ data: Float32Array; shape: readonly number[] }>
}
export function triggered(images: Dataset, trigger: Trigger): Float32Array
export function plain(images: Pick<Dataset, 'pixels'>): Float32Array
export function classesOf(
  runner: Engine,
  floats: Float32Array,
  shape: readonly number[],
  normalization: Normalization,
): Promise<Int32Array>
export function scoresOf(
  clean: Int32Array,
  attacked: Int32Array,
  labels: Int32Array,
  target: number,
): { ba: number; asr: number }
export function agreement(one: Int32Array, other: Int32Array): number
