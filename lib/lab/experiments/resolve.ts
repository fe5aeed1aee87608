// Names to options: what an experiment leaves out comes from the scale, and what that leaves out from the schemas.
import type * as zod from 'zod'
import { ShellacError } from '../../errors.js'
import { type LazySchema, parse } from '../../options.js'
import type { Chosen } from './cell.js'

/** What says where and how closely watched a job runs; it is no part of a cell's key. */
const JOB = ['device', 'threads', 'signal', 'onProgress']

interface Layers {
  /** Taken where the schema has them. */
  common: Record<string, unknown>
  /** Refused where the schema does not have them. */
  own: Record<string, unknown>
}

/** Every option of that name, with its defaults. Throws ERR_BAD_OPTION for a name that is not in the table. */
export async function resolve(
  kind: string,
  table: Record<string, { schema: LazySchema<zod.ZodObject> }>,
  name: string,
  { common, own }: Layers,
): Promise<Chosen> {
  const entry = Object.hasOwn(table, name) ? table[name] : undefined
  if (!entry) {
    throw new ShellacError('ERR_BAD_OPTION', {
      thing: kind,
      found: JSON.stringify(name),
      expected: `one that this Shellac has: ${Object.keys(table).join(', ')}`,
    })
  }
  const known = Object.keys((await entry.schema()).shape)
  const fitting = Object.entries(common).filter(([key]) => known.includes(key))
  const options = await parse(name, entry.schema, { ...Object.fromEntries(fitting), ...own })
  return { name, options: Object.fromEntries(Object.entries(options).filter(([key]) => !JOB.includes(key))) }
}
