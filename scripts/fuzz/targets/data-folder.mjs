// A folder of data as an input: { files: { path: bytes, text, or { odd } } }.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ODD_NAMES, placeOdd } from './odd-files.mjs'

/** Writes the folder anew, and gives its path. */
export function folderOf({ files }, folder) {
  const root = join(folder, 'data')
  rmSync(root, { recursive: true, force: true })
  for (const [path, content] of Object.entries(files)) {
    const place = join(root, path)
    mkdirSync(dirname(place), { recursive: true })
    if (content.odd) placeOdd(content.odd, place, folder)
    else writeFileSync(place, content)
  }
  mkdirSync(root, { recursive: true })
  return root
}

/** Now and then something odd stands in the place of a file. */
export function sometimesOdd(files, random) {
  if (random.below(12) > 0) return files
  return { ...files, [random.pick(Object.keys(files))]: { odd: random.pick(ODD_NAMES) } }
}

export const keepFolder = (input, path) => {
  const root = folderOf(input, `${path}.made`)
  cpSync(root, path, { recursive: true, verbatimSymlinks: true })
  rmSync(`${path}.made`, { recursive: true })
}

/** What is wrong with a dataset that was taken, if something is. */
export function checkDataset({ count, pixels, shape, labels, classes }, [channels, size]) {
  const right = [count, channels, size, size]
  if (shape.join() !== right.join() || pixels.length !== right.reduce((product, axis) => product * axis, 1))
    return `images of shape [${shape}]`
  const ok = labels.length === count && labels.every(label => label >= 0 && label < classes.length)
  return ok ? undefined : 'labels that name no class'
}
