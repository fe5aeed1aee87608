// The test hooks of native/bindings/kernels_audit.cpp.
import type { ImagesData, ModelHandle, QuantizerSpec, TensorData } from '../../binding.js'
import { loadNative } from '../../lib/native/load.js'

export interface AuditKernels {
  inversionLosses(
    fullPrecision: ModelHandle,
    quantized: ModelHandle,
    images: ImagesData,
    options: { classes: number[]; mask: TensorData; pattern: TensorData; areaWeight: number },
  ): { losses: Float32Array; mask: Float32Array; pattern: Float32Array }
  roundingOf(
    weight: TensorData,
    codes: TensorData,
    quantizer: QuantizerSpec,
  ): { flipped: number; zero: number; collapsed: number; border: number[]; bordering: number }
}

export const auditKernels = async (): Promise<AuditKernels> =>
  (await loadNative()).kernels as unknown as AuditKernels
