// What somebody may write on a command line: words that mean something, numbers, and characters that have no business there.
import { mutateBytes } from '../bytes.mjs'

const VALUES = [
  ...['0', '1', '-1', '2', '3', '8', '0.5', '1e3', '1e308', '-0', '1e999', '4294967296', '9007199254740993'],
  ...['NaN', 'Infinity', '0x10', '1_000', ' 7', '', 'null', 'true', 'none', 'max', '٣'],
  ...['constructor', '__proto__', 'toString', '../..', '/dev/zero', 'a,b', 'a=b', ':', '\0', '\u{1f600}'],
  'x'.repeat(5000),
]

export const value = random =>
  random.below(8) ? random.pick(VALUES) : String((random.next() - 0.5) * 10 ** random.below(12))

/** Now and then a text that has seen a byte or two changed. */
export const spoilt = (text, random) =>
  random.below(4) || text === '' ? text : mutateBytes(Buffer.from(text), random).toString('latin1')

export const list = (most, make, random) => Array.from({ length: random.below(most + 1) }, make)
