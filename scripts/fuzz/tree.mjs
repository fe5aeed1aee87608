// Mutations of data that is made of lists, records, texts and numbers: JSON, or decoded messages of protobuf.
import { mutateBytes } from './bytes.mjs'

const NUMBERS = [
  0,
  1,
  -1,
  2,
  3,
  7,
  255,
  256,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 31),
  0.5,
  -0.1,
  1e308,
]
const WHOLE = NUMBERS.filter(Number.isInteger)

/** Every place of the tree: the record or list, and the key in it. `$typeName` and its like are protobuf's own. */
function placesOf(tree, found = [], texts = []) {
  for (const key of Object.keys(tree)) {
    if (key.startsWith('$')) continue
    const value = tree[key]
    found.push([tree, key])
    if (typeof value === 'string') texts.push(value)
    if (value && typeof value === 'object' && !(value instanceof Uint8Array)) placesOf(value, found, texts)
  }
  return { found, texts }
}

function changed(value, random, texts) {
  const { below, pick } = random
  switch (typeof value) {
    case 'bigint':
      return below(2) ? value + BigInt(pick([-1, 1])) : BigInt(pick(WHOLE))
    case 'number':
      return below(2) ? value + pick([-1, 1]) : pick(Number.isInteger(value) ? WHOLE : NUMBERS)
    case 'boolean':
      return !value
    case 'string':
      return below(4) ? pick(texts) : mutateBytes(Buffer.from(value), random).toString('latin1')
  }
  return value
}

function mutateList(list, { below }) {
  const at = below(list.length)
  const other = below(list.length)
  switch (below(4)) {
    case 0:
      return void list.splice(at, 1)
    case 1:
      return void list.splice(other, 0, list[at])
    case 2:
      ;[list[at], list[other]] = [list[other], list[at]]
      return
    default:
      list.length = at
  }
}

/** Changes the tree, once to four times. */
export function mutateTree(tree, random) {
  for (let times = 1 + random.below(4); times > 0; times--) {
    const { found, texts } = placesOf(tree)
    if (found.length === 0) return
    const [holder, key] = random.pick(found)
    const value = holder[key]
    if (value instanceof Uint8Array) holder[key] = new Uint8Array(mutateBytes(value, random))
    else if (Array.isArray(value)) value.length > 0 && mutateList(value, random)
    else if (value && typeof value === 'object') swap(holder, key, random.pick(found))
    else holder[key] = changed(value, random, texts)
  }
}

/** A record goes, or takes the place of another. */
function swap(holder, key, [other, place]) {
  const isRecord = value => value && typeof value === 'object' && value.$typeName === holder[key].$typeName
  if (isRecord(other[place]) && !holds(holder[key], other)) other[place] = holder[key]
  else if (holder.$typeName === undefined && !('case' in holder[key])) delete holder[key]
}

/** Whether `part` lies within the tree: then it cannot hold it. */
const holds = (tree, part) =>
  tree === part ||
  Object.values(tree).some(
    value => value && typeof value === 'object' && !(value instanceof Uint8Array) && holds(value, part),
  )
