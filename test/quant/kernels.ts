// The test hooks of native/bindings/kernels_quant.cpp.
import type { QuantizerSpec, TensorData } from '../../binding.js'
import { loadNative } from '../../lib/native/load.js'

export interface FakeQuantized {
  codes: TensorData
  codeValues: TensorData
  values: TensorData
  gradient: TensorData
}
export interface GridSpec {
  bits: number
  symmetric: boolean
  perChannel: boolean
}
export interface QuantKernels {
  fakeQuantize(x: TensorData, quantizer: QuantizerSpec, upstream: TensorData): FakeQuantized
  nearestBothWays(
    x: TensorData,
    quantizer: QuantizerSpec,
    swapped: boolean,
  ): { nearest: TensorData; inPlace: TensorData }
  observe(kind: string, grid: GridSpec, tensors: TensorData[]): QuantizerSpec
  fakeQuantizeDynamic(
    of: 'weight' | 'activation',
    x: TensorData,
    bits: number,
    upstream: TensorData,
  ): { values: TensorData; gradient: TensorData }
}

export const quantKernels = async (): Promise<QuantKernels> =>
  (await loadNative()).kernels as unknown as QuantKernels
