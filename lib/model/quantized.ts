import type { UnitReport } from '../../binding.js'
import { ShellacError } from '../errors.js'
import { Model } from './model.js'

/** How one unit, or block, was corrected; losses are mean squared output errors, summed over channels. */
export type { UnitReport }

/** What quantize() or purify() did. */
export interface QuantizeReport {
  /** "nearest", "lac", or a method of the lab. */
  method: string
  /** Of lac; null for every other method. */
  solver: string | null
  quantizer: string
  weightBits: number
  /** null: activations are floats. */
  activationBits: number | null
  /** Images that were drawn from the calibration set. */
  calibration: number
  seconds: number
  /** Empty for nearest rounding. */
  units: UnitReport[]
}

/** A model whose weights are integer codes. Made by quantize(), purify() and loadModel(). */
export class QuantizedModel extends Model {
  /** null for a model that comes from a file. */
  report: QuantizeReport | null = null
}

/** @internal For verbs that need weights of full precision. */
export function checkFullPrecision(model: Model): void {
  if (!(model instanceof QuantizedModel)) return
  throw new ShellacError('ERR_BAD_MODEL', {
    thing: model.name,
    found: 'a quantized model',
    expected: 'a model at full precision',
    remedy: 'take the model that it was made from',
  })
}
