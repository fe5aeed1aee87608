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

  /** @param data sources such as "cifar10:DIR". Throws ERR_BAD_OPTION. */
  constructor(data: readonly string[], out: string) {
    for (const text of data) this.#sources.set(text.split(':')[0] as string, parseSource(text))
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
    const path = join(this.#out, 'datasets.json')
    const known = JSON.parse(await readFile(path, 'utf8').catch(() => '{}')) as Record<string, string>
    const found = fingerprint(dataset)
    if (known[key] === found) return
    if (known[key] !== undefined) {
      throw new ShellacError('ERR_BAD_DATA', {
        thing: `images of ${dataset.name}`,
        found: `${dataset.count} images with the fingerprint ${found}`,
        expected: `those that ${this.#out} was begun with, ${known[key]}`,
        remedy: 'choose another --out, or the data of before',
      })
    }
    const all = { ...known, [key]: found }
    await writeWhole(path, file => file.writeFile(`${JSON.stringify(all, null, 1)}\n`))
  }
}

function fingerprint({ pixels, labels, shape }: Dataset): string {
  const hash = createHash('sha256').update(shape.join()).update(pixels)
  if (labels) hash.update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength))
  return hash.digest('hex').slice(0, 24)
}
