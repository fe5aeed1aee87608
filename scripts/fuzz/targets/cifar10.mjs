import { datasets } from '../../../dist/index.js'
import { mutateBytes } from '../bytes.mjs'
import { checkDataset, folderOf, keepFolder, sometimesOdd } from './data-folder.mjs'

const RECORD = 3073
const NAMES = [
  'data_batch_1.bin',
  'data_batch_2.bin',
  'test_batch.bin',
  'data_batch_.bin',
  'batches.meta.txt',
]

/** Two or three files of some records, cut, stretched or under another name. */
export const cifar10 = {
  codes: ['ERR_BAD_DATA'],
  seeds: async () => [Buffer.alloc(2 * RECORD, 3), Buffer.alloc(RECORD, 9), Buffer.alloc(RECORD, 10)],
  make(seeds, random) {
    const file = () => {
      const bytes = Buffer.from(random.pick(seeds))
      if (random.below(3)) bytes[0] = random.below(random.below(8) ? 10 : 256)
      return random.below(4) ? bytes : mutateBytes(bytes, random)
    }
    const names = Array.from({ length: 1 + random.below(3) }, () => random.pick(NAMES))
    const files = Object.fromEntries(names.map(name => [name, file()]))
    return { files: sometimesOdd(files, random), split: random.pick(['train', 'test']) }
  },
  async run(input, folder) {
    const read = await datasets.cifar10(folderOf(input, folder), { split: input.split })
    return checkDataset(read, [3, 32])
  },
  keep: keepFolder,
}
