// The images of a job: from its zip, or from data that this machine has under a name.
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Dataset } from '../../data/dataset.js'
import { parseSource, type Split } from '../../data/source.js'
import { ShellacError } from '../../errors.js'
import { unzipImages } from '../unzip.js'
import type { Work } from './work.js'

interface Choice {
  name: string | undefined
  split: Split
  image: readonly number[]
  draw?: { limit?: number | undefined; seed: number }
}

export async function openData(work: Work, { name, split, image, draw }: Choice): Promise<Dataset> {
  const source = work.inputs.data === undefined ? sourceNamed(work, name) : await unpacked(work)
  const dataset = await parseSource(source)(split, image, draw)
  // A folder's name is of this machine and this attempt: the files that a job makes must not have it.
  return name === 'mnist' ? dataset : new Dataset({ ...dataset, name: `${name ?? 'data'} ${split}` })
}

function sourceNamed({ data }: Work, name = ''): string {
  if (Object.hasOwn(data, name)) return data[name] as string
  if (name === 'mnist') return name
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: 'option "data"',
    found: JSON.stringify(name),
    expected: ['mnist', ...Object.keys(data)].join(', '),
    remedy: 'start the workers with --data NAME=SOURCE',
  })
}

async function unpacked({ inputs, folder }: Work): Promise<string> {
  const root = join(folder, 'images')
  await mkdir(root)
  await unzipImages(inputs.data as string, root)
  return `folder:${await belowWrapping(root)}`
}

/** Many tools pack a folder with itself on top: then the classes lie one floor down. */
async function belowWrapping(root: string): Promise<string> {
  const [only, ...others] = await readdir(root)
  if (only === undefined || others.length > 0) return root
  const inner = join(root, only)
  for (const name of await readdir(inner)) if ((await stat(join(inner, name))).isDirectory()) return inner
  return root
}
