// A dataset as the command line names it: mnist, cifar10:DIR, tiny-imagenet:DIR, imagenette:DIR, folder:DIR.
import { ShellacError } from '../errors.js'
import type { Dataset } from './dataset.js'
import { datasets } from './index.js'

export type Split = 'train' | 'test'

/** Reads a part of a dataset; `image` is the shape that the model wants, for sources that can be resized. */
export type Source = (split: Split, image: readonly number[] | null, draw?: Draw) => Promise<Dataset>
interface Draw {
  limit?: number | undefined
  seed?: number | undefined
}

export const SOURCES = 'mnist, cifar10:DIR, tiny-imagenet:DIR, imagenette:DIR, folder:DIR'

export function parseSource(text: string): Source {
  const [name, ...rest] = text.split(':')
  const folder = rest.join(':')
  if (name === 'mnist' && folder === '') return (split, _, draw) => datasets.mnist({ split, ...draw })
  if (name === 'cifar10' && folder) return (split, _, draw) => datasets.cifar10(folder, { split, ...draw })
  if (name === 'tiny-imagenet' && folder) {
    return (split, image, draw) => datasets.tinyImagenet(folder, { split, ...sizeOf(image), ...draw })
  }
  if (name === 'imagenette' && folder) {
    return (split, image, draw) => datasets.imageFolder(folder, { split, ...sizeOf(image), ...draw })
  }
  if (name === 'folder' && folder) return (split, image, draw) => readFolder(folder, split, image, draw)
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: 'option "data"',
    found: JSON.stringify(text),
    expected: SOURCES,
  })
}

const sizeOf = (image: readonly number[] | null) => (image ? { size: image[1] as number } : {})

/** Takes train/ and test/ (or val/) where they are there; a folder without them has one part for both. */
async function readFolder(
  folder: string,
  split: Split,
  image: readonly number[] | null,
  draw: Draw = {},
): Promise<Dataset> {
  const { namesIn } = await import('./folder.js')
  const names = await namesIn(folder)
  const divided = names.includes('train') && (names.includes('test') || names.includes('val'))
  return datasets.imageFolder(folder, {
    split: divided ? split : 'all',
    ...(image && { size: image[1] as number, channels: image[0] === 1 ? 1 : 3 }),
    ...draw,
  })
}
