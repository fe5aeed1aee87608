// The test hooks of native/bindings/kernels_rounding.cpp, and a unit that is small enough to try every rounding on.
import type { ModelHandle, QuantizerSpec, RoundingOptions, TensorData } from '../../binding.js'
import { loadNative } from '../../lib/native/load.js'
import { node } from '../graph/recorded.js'
import { high, low } from '../oracles/quantizer.js'
import { normal, tensor } from '../oracles/tensors.js'

type Method = { method: 'efrap' | 'adaround'; iterations: number } & RoundingOptions
interface RoundingKernels {
  roundingSlopes(
    model: ModelHandle,
    unit: string,
    quantizer: QuantizerSpec,
    at: { input: TensorData; target: TensorData; variable: TensorData | null; iteration: number },
    options: Method,
  ): {
    loss: number
    gradient: TensorData
    variable: TensorData
    share: TensorData
    soft: TensorData
    codes: TensorData
  }
  learnRounding(
    model: ModelHandle,
    unit: string,
    quantizer: QuantizerSpec,
    inputs: TensorData[],
    targets: TensorData[],
    options: Method & { learningRate: number; seed: number },
  ): TensorData
  blocks(model: ModelHandle): { name: string; input: string; output: string; nodes: string[] }[]
}

const native = await loadNative()
export const roundingKernels = native.kernels as unknown as RoundingKernels

export const options: Method = {
  method: 'adaround',
  iterations: 100,
  regularization: 0.01,
  reversal: 1,
  warmUp: 0.2,
  betaStart: 20,
  betaEnd: 2,
  drop: 0,
}

export interface TinyUnit {
  out: number
  k: number
  w: number[]
  /** Inputs in rows, at full precision and in the quantized model. */
  x: number[]
  hat: number[]
  rows: number
  quantizer: QuantizerSpec
}

/** A linear with a ReLU. The quantizer is affine, with a zero point a channel; its range leaves the largest weights out. */
export function tinyUnit({ out = 2, k = 3, rows = 5, bits = 2, seed = 0, drift = 0.1 } = {}): TinyUnit {
  const w = normal(out * k, seed + 1)
  const x = normal(rows * k, seed + 2)
  const noise = normal(rows * k, seed + 3)
  const quantizer = {
    bits,
    symmetric: false,
    perChannel: true,
    scale: Array.from({ length: out }, (_, row) => Math.fround((1.6 + 0.1 * row) / (2 ** bits - 1))),
    zeroPoint: Array.from({ length: out }, (_, row) => 2 ** (bits - 1) - (row % 2)),
  }
  return { out, k, w, x, hat: x.map((v, i) => Math.fround(v + drift * noise[i]!)), rows, quantizer }
}

export const modelOf = ({ out, k, w }: TinyUnit): Promise<ModelHandle> =>
  native.createModel({
    graph: {
      inputShape: [k, 1, 1],
      nodes: [
        node('input', 'input', []),
        node('flat', 'flatten', ['input']),
        node('fc', 'linear', ['flat'], { parameters: { weight: 'w' } }),
        node('relu', 'relu', ['fc']),
      ],
      output: 'relu',
    },
    tensors: { w: tensor([out, k], w) },
    quantization: null,
  }).promise

/** ReLU(x Wᵀ), row after row. */
export const forward = ({ out, k }: TinyUnit, x: number[], w: number[]): number[] =>
  Array.from({ length: (x.length / k) * out }, (_, i) => {
    const [row, column] = [Math.floor(i / out), i % out]
    let sum = 0
    for (let j = 0; j < k; j++) sum += x[row * k + j]! * w[column * k + j]!
    return Math.max(sum, 0)
  })

/** Mean over rows of the squared error of ReLU(x̂ Ŵᵀ) against ReLU(x Wᵀ). */
export function errorOf(unit: TinyUnit, values: number[]): number {
  const wanted = forward(unit, unit.x, unit.w)
  const made = forward(unit, unit.hat, values)
  return made.reduce((sum, value, i) => sum + (value - wanted[i]!) ** 2, 0) / unit.rows
}

/** A weight's place on the grid: which scale, how far from zero in steps, and the ends of the grid in steps. */
export function placeOf({ k, w, quantizer }: TinyUnit, i: number) {
  const channel = Math.floor(i / k)
  const scale = quantizer.scale[channel]!
  const zero = quantizer.zeroPoint[channel]!
  const floor = Math.floor(Math.fround(w[i]! / scale))
  return {
    scale,
    zero,
    floor,
    fraction: w[i]! / scale - floor,
    low: low(quantizer) - zero,
    high: high(quantizer) - zero,
  }
}

export const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most)

/** The value of a weight that lies so far (0 to 1) between its neighbours. */
export function between(unit: TinyUnit, i: number, share: number): number {
  const { scale, floor, low, high } = placeOf(unit, i)
  return clamp(floor + share, low, high) * scale
}
