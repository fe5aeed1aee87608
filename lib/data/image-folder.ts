import { join } from 'node:path'
import { atCall, ShellacError } from '../errors.js'
import { type Input, lazySchema, parse } from '../options.js'
import { permutation } from '../random.js'
import { Dataset } from './dataset.js'
import { decodeAll, EXTENSION, type ImageFile } from './decode.js'
import { isFolder, namesIn } from './folder.js'
import { drawOptions } from './options.js'

export const imageFolderOptions = lazySchema(z =>
  z.strictObject({
    size: z
      .int()
      .min(1)
      .max(4096)
      .default(32)
      .describe('height and width after resizing and cropping the centre'),
    channels: z.literal([1, 3]).default(3).describe('3: colour, 1: grey'),
    split: z
      .enum(['train', 'test', 'all'])
      .default('all')
      .describe(
        'part by the subfolder train/, or test/ or else val/; all: the classes lie in the folder itself',
      ),
    ...drawOptions(z),
    mean: z.array(z.number()).optional().describe('mean of each channel, 0 .. 1; default: of ImageNet'),
    deviation: z.array(z.number().positive()).optional().describe('deviation of each channel'),
  }),
)
/** Options of imageFolder(). Values and defaults: docs/options.md. */
export type ImageFolderOptions = Input<typeof imageFolderOptions>

const IMAGENET = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] }
const GREY = { mean: [0.449], deviation: [0.226] }

/**
 * A folder of images, one subfolder a class; class indices follow the sorted names. Images are decoded with sharp,
 * resized so that the shorter side is `size`, and cropped in the centre: [channels, size, size], 0 .. 255.
 *
 * @throws ERR_BAD_DATA for a missing or empty folder and, by its name, for a broken image; ERR_BAD_OPTION
 * @example const calibration = await datasets.imageFolder('./calibration', { size: 32, limit: 1024 })
 */
export function imageFolder(folder: string, options: ImageFolderOptions = {}): Promise<Dataset> {
  return atCall(imageFolder, async () => {
    const settings = await parse('imageFolder', imageFolderOptions, options)
    const root = await partOf(folder, settings.split)
    const { classes, files } = await listImages(root)
    const chosen = choose(files, settings)
    const pixels = await decodeAll(chosen, settings)
    const { size, channels } = settings
    const usual = channels === 3 ? IMAGENET : GREY
    return new Dataset({
      name: root,
      pixels,
      shape: [chosen.length, channels, size, size],
      labels: Int32Array.from(chosen, file => file.label),
      classes,
      normalization: { mean: settings.mean ?? usual.mean, deviation: settings.deviation ?? usual.deviation },
    })
  })
}

/** ImageNette and its like call the part to measure on val/. */
async function partOf(folder: string, split: 'train' | 'test' | 'all'): Promise<string> {
  if (split === 'all') return folder
  const names = split === 'test' ? await namesIn(folder) : []
  return join(folder, names.includes('val') && !names.includes('test') ? 'val' : split)
}

async function listImages(root: string): Promise<{ classes: string[]; files: ImageFile[] }> {
  const classes: string[] = []
  const files: ImageFile[] = []
  for (const name of await namesIn(root)) {
    const folder = join(root, name)
    if (!(await isFolder(folder))) continue
    const images = (await namesIn(folder)).filter(image => EXTENSION.test(image))
    for (const image of images) files.push({ path: join(folder, image), label: classes.length })
    classes.push(name)
  }
  if (files.length > 0) return { classes, files }
  throw new ShellacError('ERR_BAD_DATA', {
    thing: `data folder ${root}`,
    found: `${classes.length} subfolders and no image in them`,
    expected: 'one subfolder a class, with images',
    remedy: 'put the images of each class into a folder of its own, such as cat/1.png',
  })
}

/** @internal The same draw for every source of files. */
export function choose(
  files: ImageFile[],
  { limit, seed }: { limit?: number | undefined; seed: number },
): ImageFile[] {
  if (limit === undefined || limit >= files.length) return files
  return [...permutation(files.length, seed).subarray(0, limit)].map(index => files[index] as ImageFile)
}
