// The images that cases compute on: CIFAR-10 where it is there, otherwise noise of its shape.
import { Dataset, datasets } from '../../dist/index.js'
import { random } from '../../dist/random.js'

/** @returns {Promise<Dataset>} `count` training images [3, 32, 32] with labels 0 .. 9; its name says which they are. */
export async function images(count, cifar10) {
  return cifar10 ? datasets.cifar10(cifar10, { split: 'train', limit: count }) : noise(count)
}

// Waves of random direction and colour rather than white noise: neighbouring pixels of an image are alike.
function noise(count) {
  const source = random(0)
  const pixels = new Uint8Array(count * 3072)
  for (let image = 0; image < count; image++) {
    const [x, y, phase] = [source.next() - 0.5, source.next() - 0.5, 6.28 * source.next()]
    for (let at = 0; at < 3072; at++) {
      const [row, column, channel] = [(at % 1024) >> 5, at % 32, at >> 10]
      const wave = Math.sin(x * column + y * row + phase * (channel + 1))
      pixels[image * 3072 + at] = 127 + 90 * wave + 30 * (source.next() - 0.5)
    }
  }
  return new Dataset({
    name: 'noise of the shape of CIFAR-10',
    pixels,
    shape: [count, 3, 32, 32],
    labels: Int32Array.from({ length: count }, (_, image) => image % 10),
    classes: Array.from({ length: 10 }, (_, name) => String(name)),
    normalization: { mean: [0.491, 0.482, 0.447], deviation: [0.247, 0.243, 0.262] },
  })
}
