import { datasets } from '../../../dist/index.js'
import { checkDataset, folderOf, keepFolder, sometimesOdd } from './data-folder.mjs'
import { encodedImages, mutateImage } from './encoded.mjs'

const SIZE = 8
const OTHER = [
  Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="/etc/hostname"/></svg>',
  ),
  Buffer.from('%PDF-1.4'),
  Buffer.from('<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><svg>&b;</svg>'),
]

/** A folder of images, one of which is not what it was. */
export const images = {
  codes: ['ERR_BAD_DATA', 'ERR_BAD_OPTION'],
  seeds: encodedImages,
  make(seeds, random) {
    const seed = random.pick(seeds)
    const content = random.below(50) ? mutateImage(seed, random) : random.pick(OTHER)
    const channels = random.pick([1, 3])
    return { files: sometimesOdd({ [`cat/1.${seed.ending}`]: content }, random), channels }
  },
  async run(input, folder) {
    const { channels } = input
    const read = await datasets.imageFolder(folderOf(input, folder), { size: SIZE, channels })
    return checkDataset(read, [channels, SIZE])
  },
  keep: keepFolder,
}
