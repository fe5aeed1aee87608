import { join } from 'node:path'
import { atCall, ShellacError } from '../errors.js'
import { type Input, lazySchema, parse } from '../options.js'
import { readDataFile } from '../read-file.js'
import { Dataset } from './dataset.js'
import { decodeAll, EXTENSION, type ImageFile } from './decode.js'
import { namesIn } from './folder.js'
import { choose } from './image-folder.js'
import { splitOptions } from './options.js'

const MOST_TEXT = 64 * 1024 * 1024

export const tinyImagenetOptions = lazySchema(z =>
  z.strictObject({
    ...splitOptions(z),
    size: z.int().min(1).max(4096).default(64).describe('height and width; other than 64: resized'),
  }),
)
/** Options of tinyImagenet(). Values and defaults: docs/options.md. */
export type TinyImagenetOptions = Input<typeof tinyImagenetOptions>

/**
 * Tiny-ImageNet (200 classes of ImageNet at 64×64) in its standard layout: train/CLASS/images/*.JPEG, val/images/*.JPEG
 * and val/val_annotations.txt, whose lines begin with file name and class. "test" is val/, since the images of test/
 * come without labels. Class indices follow the sorted class ids (n01443537, ...); names come from words.txt, where it
 * is there. Images are [3, size, size], 0 .. 255.
 *
 * @throws ERR_BAD_DATA where the layout is another or, by its name, for a broken image; ERR_BAD_OPTION
 * @example const train = await datasets.tinyImagenet('./tiny-imagenet-200', { limit: 5000 })
 */
export function tinyImagenet(folder: string, options: TinyImagenetOptions = {}): Promise<Dataset> {
  return atCall(tinyImagenet, async () => {
    const settings = await parse('tinyImagenet', tinyImagenetOptions, options)
    const ids = (await namesIn(join(folder, 'train'))).filter(name => /^n\d+$/.test(name))
    if (ids.length === 0) throw badLayout(join(folder, 'train'), 'no class folder such as n01443537')
    const files = settings.split === 'train' ? await trainFiles(folder, ids) : await valFiles(folder, ids)
    const chosen = choose(files, settings)
    const shape = { size: settings.size, channels: 3 }
    return new Dataset({
      name: `tiny-imagenet ${settings.split}`,
      pixels: await decodeAll(chosen, shape),
      shape: [chosen.length, 3, settings.size, settings.size],
      labels: Int32Array.from(chosen, file => file.label),
      classes: await classNames(folder, ids),
      normalization: { mean: [0.4802, 0.4481, 0.3975], deviation: [0.2302, 0.2265, 0.2262] },
    })
  })
}

async function trainFiles(folder: string, ids: string[]): Promise<ImageFile[]> {
  const files: ImageFile[] = []
  for (const [label, id] of ids.entries()) {
    const images = join(folder, 'train', id, 'images')
    for (const name of await namesIn(images)) {
      if (EXTENSION.test(name)) files.push({ path: join(images, name), label })
    }
  }
  if (files.length === 0) throw badLayout(join(folder, 'train'), 'no image')
  return files
}

async function valFiles(folder: string, ids: string[]): Promise<ImageFile[]> {
  const path = join(folder, 'val', 'val_annotations.txt')
  const text = (await readDataFile(`annotations ${path}`, path, MOST_TEXT)).toString('utf8')
  const lines = text.split(/\r?\n/).filter(line => line.trim() !== '')
  const labels = new Map(ids.map((id, label) => [id, label]))
  const files = lines.map((line, at) => {
    const [name = '', id = ''] = line.split('\t')
    const label = labels.get(id)
    if (label === undefined || !EXTENSION.test(name) || /[\\/]/.test(name)) {
      throw badLayout(`line ${at + 1} of ${path}`, JSON.stringify(line.slice(0, 80)))
    }
    return { path: join(folder, 'val', 'images', name), label }
  })
  if (files.length === 0) throw badLayout(path, 'no line')
  return files
}

/** "goldfish, Carassius auratus" of words.txt; the id where it has no word. */
async function classNames(folder: string, ids: string[]): Promise<string[]> {
  if (!(await namesIn(folder)).includes('words.txt')) return ids
  const path = join(folder, 'words.txt')
  const text = (await readDataFile(`words ${path}`, path, MOST_TEXT)).toString('utf8')
  const words = new Map(text.split(/\r?\n/).map(line => [line.split('\t', 1)[0], line.split('\t')[1]]))
  return ids.map(id => words.get(id) ?? id)
}

const badLayout = (thing: string, found: string): ShellacError =>
  new ShellacError('ERR_BAD_DATA', {
    thing,
    found,
    expected: 'the layout of tiny-imagenet-200: train/CLASS/images, val/images, val/val_annotations.txt',
    remedy: 'unpack tiny-imagenet-200.zip, and give its folder',
  })
