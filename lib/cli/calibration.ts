import type { Dataset } from '../data/dataset.js'
import { parseSource } from '../data/source.js'
import { ShellacError } from '../errors.js'
import type { Model } from '../model/model.js'
import { MODEL_EXTENSIONS } from '../model/save.js'

/** The training images that --data names, as many as --calibration wants at most. */
export async function calibrationSet(values: Record<string, unknown>, model: Model): Promise<Dataset> {
  const seed = Number(values.seed ?? 0)
  const limit = Number(values.calibration ?? 1024)
  const drawable = Number.isInteger(limit) && limit > 0 && Number.isInteger(seed) && seed >= 0
  const draw = drawable ? { limit, seed } : {} // otherwise the verb complains, by the option's name
  return parseSource(String(values.data))('train', model.inputShape, draw)
}

/** A path for a model, checked before any work is done for it. */
export function requireModelFile(path: unknown): string {
  const wanted = MODEL_EXTENSIONS.join(' or ')
  if (typeof path === 'string' && MODEL_EXTENSIONS.some(extension => path.endsWith(extension))) return path
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: 'option "out"',
    found: JSON.stringify(path),
    expected: `a path that ends in ${wanted}`,
  })
}
