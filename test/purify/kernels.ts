// The test hooks of native/bindings/kernels_purify.cpp.
import type { QuantizerSpec, TensorData } from '../../binding.js'
import { loadNative } from '../../lib/native/load.js'
import type { Integers } from '../graph/program.js'

export interface LayerSpec {
  op: 'conv2d' | 'linear'
  attributes: Record<string, number | number[]>
  weight: TensorData
  bias?: TensorData
  quantizer?: QuantizerSpec
}
export interface Solved {
  codes: TensorData
  best: TensorData
  damping: number
  lossBefore: number
  lossAfter: number
  columns: number
}
export interface PurifyKernels {
  closedForm(
    layer: LayerSpec,
    reference: TensorData[],
    corrected: TensorData[],
    options: { columns: number; damping: number; seed: number },
  ): Solved
  approximate(
    layer: LayerSpec,
    running: { mean: TensorData; variance: TensorData },
    input: TensorData,
    options: {
      form: 'official' | 'paper'
      steps: number
      bound: number
      skipRepeats: boolean
      coarse?: boolean
      integers?: Integers
    },
  ): { moved: TensorData; before: number; after: number }
}

export const purifyKernels = async (): Promise<PurifyKernels> =>
  (await loadNative()).kernels as unknown as PurifyKernels
