import type { ImagesData } from '../../binding.js'
import { allocated, ShellacError } from '../errors.js'
import type { Normalization } from '../model/facts.js'
import type { Model } from '../model/model.js'
import { permutation } from '../random.js'

/** What a dataset is made of. */
export interface DatasetContent {
  /** For messages and records: "mnist train". */
  name: string
  /** 0 .. 255, [n, channels, height, width], row-major. */
  pixels: Uint8Array
  shape: readonly [number, number, number, number]
  /** Class index of each image; null where none are known. */
  labels: Int32Array | null
  /** Names by class index. */
  classes: readonly string[]
  /** How models usually read these images; a model file's own wins over it. */
  normalization: Normalization
}

/** Images with their labels, as bytes. Never changes; take(), subset(), sample() and split() make new ones. */
export class Dataset implements DatasetContent {
  readonly name: string
  readonly pixels: Uint8Array
  readonly shape: readonly [number, number, number, number]
  readonly labels: Int32Array | null
  readonly classes: readonly string[]
  readonly normalization: Normalization

  /** @throws ERR_BAD_DATA where sizes do not fit together, or there is no image */
  constructor({ name, pixels, shape, labels, classes, normalization }: DatasetContent) {
    this.name = name
    this.pixels = pixels
    this.shape = shape
    this.labels = labels
    this.classes = classes
    this.normalization = normalization
    this.#check()
  }

  /** Number of images. */
  get count(): number {
    return this.shape[0]
  }

  /** The first `count` images; all of them where there are fewer. */
  take(count: number): Dataset {
    return this.subset(
      Uint32Array.from({ length: Math.min(wholeCount(count), this.count) }, (_, index) => index),
    )
  }

  /** `count` images drawn by the seed, in the drawn order; the dataset itself where it has no more. */
  sample(count: number, seed = 0): Dataset {
    if (wholeCount(count) >= this.count) return this
    return this.subset(permutation(this.count, seed).subarray(0, count))
  }

  /** Two parts without an image in common: round(share · count) images drawn by the seed, and the rest. */
  split(share: number, seed = 0): [Dataset, Dataset] {
    const order = permutation(this.count, seed)
    const first = Math.round(share * this.count)
    if (!(first > 0 && first < this.count)) {
      throw new ShellacError('ERR_BAD_OPTION', {
        thing: `share of ${this.name}.split()`,
        found: `${share}, ${first} of ${this.count} images`,
        expected: 'a number between 0 and 1 that leaves images in both parts',
      })
    }
    return [this.subset(order.subarray(0, first)), this.subset(order.subarray(first))]
  }

  /** The images of those indices, in that order. */
  subset(indices: ArrayLike<number>): Dataset {
    const [count, ...image] = this.shape
    const size = image[0] * image[1] * image[2]
    const pixels = allocated(() => new Uint8Array(indices.length * size))
    const labels = this.labels && new Int32Array(indices.length)
    for (let to = 0; to < indices.length; to++) {
      const from = indices[to] as number
      if (!Number.isInteger(from) || from < 0 || from >= count) throw noSuchImage(this.name, from, count)
      pixels.set(this.pixels.subarray(from * size, (from + 1) * size), to * size)
      if (labels) labels[to] = this.labels?.[from] ?? 0
    }
    return new Dataset({ ...this, name: this.name, pixels, labels, shape: [indices.length, ...image] })
  }

  /**
   * @internal As the native side takes it, checked against the model.
   * @throws ERR_BAD_DATA for another image shape
   */
  imagesFor(model: Pick<Model, 'name' | 'inputShape' | 'normalization'>): ImagesData {
    const image = this.shape.slice(1)
    if (image.join() !== model.inputShape.join()) {
      throw new ShellacError('ERR_BAD_DATA', {
        thing: `images of ${this.name}`,
        found: `shape [${image.join(', ')}]`,
        expected: `[${model.inputShape.join(', ')}], the input of ${model.name}`,
        remedy: `take images of that shape; datasets.imageFolder() has { size: ${model.inputShape[1]} }`,
      })
    }
    const { mean, deviation } = model.normalization ?? this.normalization
    return { pixels: this.pixels, shape: [...this.shape], labels: this.labels, mean, deviation }
  }

  #check(): void {
    const { name, pixels, shape, labels, classes, normalization } = this
    const refuse = (found: string, expected: string, remedy?: string) => {
      throw new ShellacError('ERR_BAD_DATA', {
        thing: `dataset ${name}`,
        found,
        expected,
        ...(remedy && { remedy }),
      })
    }
    const [count, channels] = shape
    if (shape.length !== 4 || !shape.every(size => Number.isSafeInteger(size) && size >= 0)) {
      refuse(`shape [${shape}]`, '[n, channels, height, width]')
    }
    if (count === 0) refuse('no images', 'at least one', 'check the path and the limit')
    const size = shape.reduce((product, length) => product * length, 1)
    if (pixels.length !== size) refuse(`${pixels.length} pixels`, `${size}, the product of shape [${shape}]`)
    if (labels && labels.length !== count) refuse(`${labels.length} labels`, `${count}, one an image`)
    const wrong = labels?.find(label => label < 0 || label >= classes.length)
    if (wrong !== undefined) refuse(`label ${wrong}`, `0 to ${classes.length - 1}, an index of its classes`)
    const { mean, deviation } = normalization
    if (mean.length !== channels || deviation.length !== channels || !deviation.every(value => value > 0)) {
      refuse(`mean [${mean}] and deviation [${deviation}]`, `${channels} numbers each, deviations positive`)
    }
  }
}

function wholeCount(count: number): number {
  if (Number.isInteger(count) && count > 0) return count
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: 'number of images',
    found: String(count),
    expected: 'an integer of at least 1',
  })
}

const noSuchImage = (name: string, index: number, count: number): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: `index of ${name}.subset()`,
    found: String(index),
    expected: `0 to ${count - 1}`,
  })
