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
export const datasets = { mnist, cifar10, tinyImagenet, imageFolder }
