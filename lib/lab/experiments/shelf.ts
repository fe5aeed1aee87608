// The datasets of an experiment by name, each read once.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dataset } from '../../data/dataset.js'
import { parseSource, type Source, type Split } from '../../data/source.js'
import { ShellacError } from '../../errors.js'
import { writeWhole } from '../../files.js'
import type { DatasetChoice } from './cell.js'
import { canonical } from './key.js'

/**
 * Reads the datasets that `--data` names; "mnist" needs no folder. The first read of each is fingerprinted in
 * OUT/datasets.json: a folder of results that was begun with other images is refused rather than mixed.
 */
export class DataShelf {
  readonly #sources = new Map<string, Source>([['mnist', parseSource('mnist')]])
  readonly #read = new Map<string, Dataset>()
  readonly #out: string

  /** @param data sources such as "cifar10:DIR", or by the names of datasets. Throws ERR_BAD_OPTION. */
  constructor(data: readonly string[] | ReadonlyMap<string, Source>, out: string) {
    for (const [name, source] of 'get' in data ? data : data.map(named)) this.#sources.set(name, source)
    this.#out = out
  }

  /** Throws ERR_BAD_DATA where no folder was named for it, or the images are others than before. */
  async get(choice: DatasetChoice, split: Split): Promise<Dataset> {
    const key = canonical({ ...choice, [split === 'train' ? 'test' : 'train']: null, split })
    const read = this.#read.get(key)
    if (read) return read
    const dataset = await this.#load(choice, split)
    await this.#compare(key, dataset)
    this.#read.set(key, dataset)
    return dataset
  }

  #load({ source, size, ...limits }: DatasetChoice, split: Split): Promise<Dataset> {
    const reader = this.#sources.get(source)
    if (!reader) {
      throw new ShellacError('ERR_BAD_DATA', {
        thing: `dataset ${source}`,
        found: 'no folder for it',
        expected: `a source, such as ${source}:DIR`,
        remedy: `add --data ${source}:DIR`,
      })
    }
    const limit = limits[split] ?? undefined
    return reader(split, size === null ? null : [3, size, size], { limit, seed: 0 })
  }

  async #compare(key: string, dataset: Dataset): Promise<void> {
    await compareImages(this.#out, { [key]: fingerprint(dataset) }, dataset.name)
  }
}

/**
 * Notes the fingerprints of images that were read for a folder of results. Throws ERR_BAD_DATA where they are others than
 * before.
 */
export async function compareImages(
  out: string,
  found: Record<string, string>,
  name = 'a dataset',
): Promise<void> {
  const path = join(out, 'datasets.json')
  const known = JSON.parse(await readFile(path, 'utf8').catch(() => '{}')) as Record<string, string>
  const news = Object.entries(found).filter(([key, print]) => known[key] !== print)
  const other = news.find(([key]) => known[key] !== undefined)
  if (other) {
    throw new ShellacError('ERR_BAD_DATA', {
      thing: `images of ${name}`,
      found: `the fingerprint ${other[1]}`,
      expected: `those that ${out} was begun with, ${known[other[0]]}`,
      remedy: 'choose another --out, or the data of before',
    })
  }
  if (news.length === 0) return
  const all = { ...known, ...Object.fromEntries(news) }
  await writeWhole(path, file => file.writeFile(`${JSON.stringify(all, null, 1)}\n`))
}

const named = (text: string): [string, Source] => [text.split(':')[0] as string, parseSource(text)]

function fingerprint({ pixels, labels, shape }: Dataset): string {
  const hash = createHash('sha256').update(shape.join()).update(pixels)
  if (labels) hash.update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength))
  return hash.digest('hex').slice(0, 24)
}
