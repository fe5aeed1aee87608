import { atCall, ShellacError } from '../errors.js'
import { type Input, lazySchema, parse } from '../options.js'
import { permutation } from '../random.js'
import type { Dataset } from './dataset.js'

export const benignSplitOptions = lazySchema(z =>
  z.strictObject({
    share: z.number().positive().max(1).default(0.05).describe('share of the training images'),
    seed: z.int().min(0).default(0).describe('seed of the draw'),
    stratified: z.boolean().default(true).describe('each class in its own proportion'),
  }),
)
/** Options of benignSplit(). Values and defaults: docs/options.md. */
export type BenignSplitOptions = Input<typeof benignSplitOptions>

/** Which images a defender has; plain data, to be kept as JSON beside the results that were made with it. */
export interface BenignSplit {
  /** Name and number of images of the dataset that the indices are of. */
  dataset: string
  count: number
  share: number
  seed: number
  stratified: boolean
  /** Ascending. */
  indices: number[]
}

/**
 * The benign images that every defence may use (paper, 5.1: 5 % of the training data), drawn by the seed: the same
 * images on every machine. Stratified: of each class its share, rounded so that the classes together give
 * round(share · count) images; the classes that lose most by rounding get one more.
 *
 * @throws ERR_BAD_OPTION, also where not one image would be left; ERR_BAD_DATA where labels are needed and missing
 * @example const defenders = await benignSplit(train, { share: 0.05, seed: 1 })
 */
export function benignSplit(dataset: Dataset, options: BenignSplitOptions = {}): Promise<Dataset> {
  return atCall(benignSplit, async () => applySplit(dataset, await drawBenign(dataset, options)))
}

/** As benignSplit(), but gives the indices, to be kept. */
export function drawBenign(dataset: Dataset, options: BenignSplitOptions = {}): Promise<BenignSplit> {
  return atCall(drawBenign, async () => {
    const settings = await parse('benignSplit', benignSplitOptions, options)
    const wanted = Math.round(settings.share * dataset.count)
    if (wanted === 0) {
      throw new ShellacError('ERR_BAD_OPTION', {
        thing: 'option "share" of benignSplit()',
        found: `${settings.share} of ${dataset.count} images, no image`,
        expected: 'a share that leaves at least one',
      })
    }
    const order = permutation(dataset.count, settings.seed)
    const drawn = settings.stratified
      ? byClass(dataset, order, settings.share, wanted)
      : order.subarray(0, wanted)
    const indices = Array.from(drawn).sort((one, other) => one - other)
    return { dataset: dataset.name, count: dataset.count, ...settings, indices }
  })
}

/** Largest remainders: floor(share · size) of each class, and one more of those that lost most. */
function byClass(dataset: Dataset, order: Uint32Array, share: number, wanted: number): number[] {
  const { labels, classes, name } = dataset
  if (!labels) {
    throw new ShellacError('ERR_BAD_DATA', {
      thing: `labels of ${name}`,
      found: 'none',
      expected: 'a class of each image, to draw of each class its share',
      remedy: 'pass { stratified: false }',
    })
  }
  const members: number[][] = classes.map(() => [])
  for (const index of order) members[labels[index] as number]?.push(index)
  const quotas = members.map((images, label) => {
    const exact = share * images.length
    return { label, whole: Math.floor(exact), lost: exact - Math.floor(exact) }
  })
  const missing = wanted - quotas.reduce((sum, { whole }) => sum + whole, 0)
  const ranked = [...quotas].sort((one, other) => other.lost - one.lost || one.label - other.label)
  const luckier = new Set(ranked.slice(0, missing).map(({ label }) => label))
  return quotas.flatMap(
    ({ label, whole }) => members[label]?.slice(0, whole + (luckier.has(label) ? 1 : 0)) ?? [],
  )
}

/** The images of a split that was kept. Throws ERR_BAD_DATA for another dataset than it was drawn from. */
export function applySplit(dataset: Dataset, split: BenignSplit): Dataset {
  if (split.dataset === dataset.name && split.count === dataset.count) return dataset.subset(split.indices)
  throw new ShellacError('ERR_BAD_DATA', {
    thing: 'benign split',
    found: `indices of ${split.dataset}, ${split.count} images`,
    expected: `of ${dataset.name}, ${dataset.count} images`,
    remedy: 'draw a split of this dataset',
  })
}

/** Writes a split as JSON, whole or not at all. */
export function saveSplit(path: string, split: BenignSplit): Promise<void> {
  return atCall(saveSplit, async () => {
    const { writeWhole } = await import('../files.js')
    await writeWhole(path, file => file.writeFile(`${JSON.stringify(split)}\n`))
  })
}

/** Reads what saveSplit() wrote. Throws ERR_BAD_DATA. */
export function loadSplit(path: string): Promise<BenignSplit> {
  return atCall(loadSplit, async () => {
    const { readFile } = await import('node:fs/promises')
    const { z } = await import('zod')
    const schema = z.strictObject({
      dataset: z.string(),
      count: z.int().min(1),
      share: z.number(),
      seed: z.int(),
      stratified: z.boolean(),
      indices: z.array(z.int().min(0)).min(1),
    })
    try {
      return schema.parse(JSON.parse(await readFile(path, 'utf8')))
    } catch (error) {
      throw new ShellacError(
        'ERR_BAD_DATA',
        {
          thing: `benign split ${path}`,
          found: (error as Error).message.split('\n')[0] ?? 'nothing',
          expected: 'a file that saveSplit() wrote',
        },
        { cause: error },
      )
    }
  })
}
