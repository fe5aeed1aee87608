import type { Dataset } from '../data/dataset.js'
import type { Normalization } from '../model/facts.js'
import type { JobControl } from '../native/job.js'
import { readable } from '../native/progress.js'
import { paceOf } from '../pace.js'
import { difference } from './difference.js'
import { normalized } from './normalized.js'
import type { Runner } from './runner.js'

export type Pair<T> = [T, T]
export interface LogitDifference {
  images: number
  /** Percent of images with equal top-1. */
  agreement: number
  largestAbsolute: number
  /** |a − b| of a logit over the largest |logit| that either model has for the same image. */
  largestRelative: number
  /** Index of the image with the largest relative difference. */
  worstImage: number
}

/** How each model reads images. Checks that they are of its shape. */
export function readsOf([a, b]: Pair<Runner>, images: Dataset): Pair<Normalization> {
  const reads = ({ name, inputShape, normalization }: Runner, other: Runner) => {
    const shape = (inputShape ?? images.shape.slice(1)) as [number, number, number]
    return images.imagesFor({ name, inputShape: shape, normalization: normalization ?? other.normalization })
  }
  return [reads(a, b), reads(b, a)]
}

/** Runs both models on all images, in batches. */
export async function compareLogits(
  [a, b]: Pair<Runner>,
  images: Dataset,
  reads: Pair<Normalization>,
  { batch, signal, onProgress }: { batch: number } & JobControl,
): Promise<LogitDifference> {
  const { count, shape } = images
  const [, ...image] = shape
  const pace = paceOf(signal)
  const report = readable(progress => onProgress?.(progress))
  let [agreeing, absolute, relative, worst] = [0, 0, 0, 0]
  for (let from = 0; from < count; from += batch) {
    const to = Math.min(from + batch, count)
    const batchOf = (read: Normalization) => normalized(images, read, from, to, pace)
    const whole = [to - from, ...image]
    const left = await a.run(await batchOf(reads[0]), whole)
    const right = await b.run(await batchOf(reads[1]), whole)
    const found = difference(left.data, right.data, to - from, [a.name, b.name])
    agreeing += found.agreeing
    absolute = Math.max(absolute, found.absolute)
    if (found.relative > relative) [relative, worst] = [found.relative, from + found.image]
    report({ stage: 'verify', name: '', unit: to, units: count, step: 0, steps: 0, loss: Number.NaN })
  }
  return {
    images: count,
    agreement: (100 * agreeing) / count,
    largestAbsolute: absolute,
    largestRelative: relative,
    worstImage: worst,
  }
}
