// What a kind of `shellac analyse` is: flags of its own, and what it finds on the models and images that it is given.
import type { Command } from 'commander'
import type * as zod from 'zod'
import type { LazySchema } from '../../options.js'
import type { Context } from '../run.js'

/** What an analysis found: data, the same for people, and as a picture. */
export interface Finding {
  result: object
  /** A head, then lines. */
  table: string[][]
  /** An SVG. */
  picture(): Promise<string>
}

export interface Analysis {
  name: string
  /** One line for the help. */
  summary: string
  /** Which definition, figure or section it shows. */
  source: string
  /** Of its own options. */
  schema: LazySchema<zod.ZodObject>
  addTo(command: Command): void
  /** path: of the model at full precision. */
  run(context: Context, values: Record<string, unknown>, path: string): Promise<Finding>
}

/** As many digits as a reader wants. */
export const figure = (value: number): string => value.toPrecision(3)
