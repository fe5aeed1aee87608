// The defences by name. A new one is a file beside this and a line in the table.
import type * as zod from 'zod'
import type { Dataset } from '../../data/dataset.js'
import type { Model } from '../../model/model.js'
import type { LazySchema } from '../../options.js'
import { lac, lacOptions, lacPda } from './lac.js'

export interface Defence {
  schema: LazySchema<zod.ZodObject>
  /**
   * Defends a model that may have a backdoor, with the benign images that a defender has; the model does not change.
   * Gives a Model where the defence tunes at full precision, a QuantizedModel where it is itself the rounding.
   */
  run(model: Model, images: Dataset, options?: Record<string, unknown>): Promise<Model>
  /** One line for the help. */
  summary: string
  /** Where it comes from. */
  source: string
}

const table = {
  lac: {
    schema: lacOptions,
    run: lac,
    summary: 'layer-wise activation correction: rounds each unit so that its output stays what it was',
    source: 'Li et al., Purifying Quantization-conditioned Backdoors, ICML 2024, section 4.2',
  },
  'lac-pda': {
    schema: lacOptions,
    run: lacPda,
    summary: 'LAC on inputs that were moved towards the statistics of each BN: what purify() does',
    source: 'Li et al., Purifying Quantization-conditioned Backdoors, ICML 2024, section 4',
  },
} satisfies Record<string, Defence>

export type DefenceName = keyof typeof table
export const DEFENCES: Record<DefenceName, Defence> = table
export const defenceNames = Object.keys(table) as DefenceName[]
