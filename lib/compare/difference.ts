import { ShellacError } from '../errors.js'

export interface Difference {
  /** Largest |a − b|. */
  absolute: number
  /** Largest |a − b| of an image over the largest |a| or |b| of the same image. */
  relative: number
  /** The image of the largest relative difference. */
  image: number
  /** Images whose largest number is at the same place in both: of logits, equal top-1. */
  agreeing: number
}

/**
 * Compares what two runners gave for the same images.
 *
 * @param a,b   row-major, [count, a.length / count]
 * @param names for messages
 * @throws ERR_BAD_MODEL where one is not finite or they have another number of values
 */
export function difference(
  a: Float32Array,
  b: Float32Array,
  count: number,
  names: readonly [string, string],
): Difference {
  if (a.length !== b.length) throw unequal(names, a.length / count, b.length / count)
  const width = a.length / count
  const found: Difference = { absolute: 0, relative: 0, image: 0, agreeing: 0 }
  for (let image = 0; image < count; image++) {
    const row = rowOf(
      a.subarray(image * width, (image + 1) * width),
      b.subarray(image * width, (image + 1) * width),
    )
    if (!Number.isFinite(row.scale + row.absolute)) throw notFinite(names, image)
    const relative = row.absolute === 0 ? 0 : row.absolute / row.scale
    if (relative > found.relative) Object.assign(found, { relative, image })
    found.absolute = Math.max(found.absolute, row.absolute)
    found.agreeing += row.agrees ? 1 : 0
  }
  return found
}

function rowOf(a: Float32Array, b: Float32Array): { absolute: number; scale: number; agrees: boolean } {
  let [absolute, scale, topA, topB] = [0, 0, 0, 0]
  for (let at = 0; at < a.length; at++) {
    const [one, other] = [a[at] as number, b[at] as number]
    absolute = Math.max(absolute, Math.abs(one - other)) // NaN comes through Math.max; a comparison would hide it
    scale = Math.max(scale, Math.abs(one), Math.abs(other))
    if (one > (a[topA] as number)) topA = at
    if (other > (b[topB] as number)) topB = at
  }
  return { absolute, scale, agrees: topA === topB }
}

const notFinite = (names: readonly [string, string], image: number): ShellacError =>
  new ShellacError('ERR_BAD_MODEL', {
    thing: names.join(' and '),
    found: `numbers for image ${image} that are not finite`,
    expected: 'finite numbers from both',
  })

const unequal = (names: readonly [string, string], one: number, other: number): ShellacError =>
  new ShellacError('ERR_BAD_MODEL', {
    thing: names.join(' and '),
    found: `${one} and ${other} logits`,
    expected: 'models of the same classes',
  })
