import { cifar10 } from './cifar10.js'
import { imageFolder } from './image-folder.js'
import { mnist } from './mnist.js'
import { tinyImagenet } from './tiny-imagenet.js'

/** Readers of datasets; each gives a Dataset. */
export const datasets = { mnist, cifar10, tinyImagenet, imageFolder }
