import { join } from 'node:path'
import { atCall, ShellacError } from '../errors.js'
import { type Input, lazySchema, parse } from '../options.js'
import { readDataFile } from '../read-file.js'
import { Dataset } from './dataset.js'
import { namesIn } from './folder.js'
import { draw, splitOptions } from './options.js'

export const cifar10Options = lazySchema(z => z.strictObject(splitOptions(z)))
/** Options of cifar10(). Values and defaults: docs/options.md. */
export type Cifar10Options = Input<typeof cifar10Options>

const IMAGE = 3 * 32 * 32
const RECORD = 1 + IMAGE
const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']
const MOST_BYTES = 1024 * 1024 * 1024 // of all files together; the dataset has 184 million
const FILES = { train: /^data_batch_\d+\.bin$/, test: /^test_batch\.bin$/ }

/**
 * CIFAR-10 from the files of its binary version (Krizhevsky, 2009): every data_batch_N.bin that is there to train,
 * test_batch.bin to test. Images are [3, 32, 32], 0 .. 255.
 *
 * @param folder holds the .bin files
 * @throws ERR_BAD_DATA where files are missing or damaged, ERR_BAD_OPTION
 * @example const train = await datasets.cifar10('./cifar-10-batches-bin', { limit: 1024 })
 */
export function cifar10(folder: string, options: Cifar10Options = {}): Promise<Dataset> {
  return atCall(cifar10, async () => {
    const settings = await parse('cifar10', cifar10Options, options)
    const { split } = settings
    const files = (await namesIn(folder)).filter(name => FILES[split].test(name))
    if (files.length === 0) throw noFiles(folder, split)
    const records: Buffer[] = []
    let room = MOST_BYTES
    for (const file of files) {
      const bytes = await readRecords(join(folder, file), room)
      room -= bytes.length
      records.push(bytes)
    }
    return draw(unpack(`cifar10 ${split}`, Buffer.concat(records)), settings)
  })
}

const noFiles = (folder: string, split: keyof typeof FILES): ShellacError =>
  new ShellacError('ERR_BAD_DATA', {
    thing: `data folder ${folder}`,
    found: 'no CIFAR-10 file',
    expected: split === 'train' ? 'data_batch_1.bin and so on' : 'test_batch.bin',
    remedy: 'unpack the binary version, cifar-10-binary.tar.gz, and give its folder',
  })

async function readRecords(path: string, most: number): Promise<Buffer> {
  const bytes = await readDataFile(`CIFAR-10 file ${path}`, path, most)
  if (bytes.length > 0 && bytes.length % RECORD === 0) return bytes
  throw new ShellacError('ERR_BAD_DATA', {
    thing: `CIFAR-10 file ${path}`,
    found: `${bytes.length} bytes`,
    expected: `a multiple of ${RECORD}: a label and ${IMAGE} pixels an image`,
    remedy: 'get the file again; it is damaged',
  })
}

function unpack(name: string, records: Buffer): Dataset {
  const count = records.length / RECORD
  const pixels = new Uint8Array(count * IMAGE)
  const labels = new Int32Array(count)
  for (let image = 0; image < count; image++) {
    labels[image] = records[image * RECORD] as number
    pixels.set(records.subarray(image * RECORD + 1, (image + 1) * RECORD), image * IMAGE)
  }
  return new Dataset({
    name,
    pixels,
    labels,
    shape: [count, 3, 32, 32],
    classes: CLASSES,
    normalization: { mean: [0.4914, 0.4822, 0.4465], deviation: [0.2023, 0.1994, 0.201] },
  })
}
