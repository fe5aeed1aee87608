import type { Z } from '../options.js'
import type { Dataset } from './dataset.js'

/** Which part of a dataset. Calibration and training use "train"; measuring uses "test". */
export const splitOptions = (z: Z) => ({
  split: z.enum(['train', 'test']).default('train').describe('which part'),
  ...drawOptions(z),
})

export const drawOptions = (z: Z) => ({
  limit: z.int().min(1).optional().describe('at most so many images, drawn by the seed'),
  seed: z.int().min(0).default(0).describe('seed of the draw'),
})

export function draw(
  dataset: Dataset,
  { limit, seed }: { limit?: number | undefined; seed: number },
): Dataset {
  return limit === undefined ? dataset : dataset.sample(limit, seed)
}
