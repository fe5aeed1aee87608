import { datasets } from '../../../dist/index.js'
import { mutateBytes } from '../bytes.mjs'
import { checkDataset, folderOf, keepFolder, sometimesOdd } from './data-folder.mjs'
import { encodedImages, mutateImage } from './encoded.mjs'

const SIZE = 8
const ANNOTATIONS = 'val_0.JPEG\tn02\t0\t0\t62\t62\nval_1.JPEG\tn01\t0\t1\t2\t3\n'
const WORDS = 'n01\tgoldfish, Carassius auratus\nn02\tgreat white shark\n'
const LINES = [
  '../../train/n01/images/n01_0.JPEG\tn01\t0',
  'val_0.JPEG\t__proto__\t0',
  'val_0.JPEG',
  '\tn01',
  'val_9.JPEG\tn01',
  '/etc/hostname.png\tn01',
]

export const tinyImagenet = {
  codes: ['ERR_BAD_DATA'],
  seeds: async () => (await encodedImages()).filter(({ ending }) => ending === 'jpg'),
  make(seeds, random) {
    const image = () => {
      const seed = random.pick(seeds)
      return random.below(8) ? seed.bytes : mutateImage(seed, random)
    }
    const text = good => {
      if (random.below(3)) return good
      if (random.below(2)) return mutateBytes(Buffer.from(good), random)
      const lines = good.split('\n')
      lines.splice(random.below(lines.length), random.below(2), random.pick(LINES))
      return lines.join('\n')
    }
    const files = {
      'train/n01/images/n01_0.JPEG': image(),
      'train/n02/images/n02_0.JPEG': image(),
      'val/images/val_0.JPEG': image(),
      'val/images/val_1.JPEG': image(),
      'val/val_annotations.txt': text(ANNOTATIONS),
      'words.txt': text(WORDS),
    }
    if (random.below(10) === 0) delete files[random.pick(Object.keys(files))]
    return { files: sometimesOdd(files, random), split: random.pick(['train', 'test']) }
  },
  async run(input, folder) {
    const read = await datasets.tinyImagenet(folderOf(input, folder), { split: input.split, size: SIZE })
    return checkDataset(read, [3, SIZE])
  },
  keep: keepFolder,
}
