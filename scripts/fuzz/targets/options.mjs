// Options of every verb: as JavaScript values of any kind, and as flags.
import { writeFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { flagsOf, propertiesOf } from '../../../dist/cli/flags.js'
import { SECTIONS } from '../../../dist/cli/options-doc.js'
import { parse } from '../../../dist/options.js'
import { list, value } from './written.mjs'

const circle = {}
circle.circle = circle
const ODD = [
  ...[
    undefined,
    null,
    true,
    false,
    '',
    'none',
    'cpu',
    'cuda:99999',
    NaN,
    Infinity,
    -Infinity,
    -0,
    0.1,
    2 ** 53,
  ],
  ...[
    1n,
    { big: 1n },
    Symbol('s'),
    () => 1,
    circle,
    [],
    [[[]]],
    {},
    new Date(NaN),
    new Map(),
    /x/,
    Object.create(null),
  ],
  ...[new Float32Array(3), Buffer.from('x'), new Proxy({}, {}), JSON.parse('{"__proto__":{"seed":1}}')],
  { toJSON: () => undefined },
  {
    toJSON() {
      throw new Error('toJSON')
    },
  },
]

/** For words and numbers where the schema has some, odd things elsewhere. */
function valueFor(property, random) {
  const { enum: words, anyOf, items, minimum = -3, maximum } = property
  if (random.below(5) === 0) return random.pick(ODD)
  if (anyOf) return valueFor(random.pick(anyOf), random)
  if (items) return list(3, () => valueFor(items, random), random)
  if (words) return random.pick(words)
  const top = Math.min(maximum ?? minimum + 9, minimum + 9)
  return random.below(3) ? minimum + random.below(top - minimum + 2) : value(random)
}

export const options = {
  codes: ['ERR_BAD_OPTION'],
  seeds: () =>
    Promise.all(
      SECTIONS.map(async ([verb, schema]) => ({
        verb,
        schema,
        flags: await flagsOf(schema),
        properties: await propertiesOf(schema),
      })),
    ),
  make(seeds, random) {
    const { verb, schema, flags, properties } = random.pick(seeds)
    const asFlags = random.below(2) === 0
    const given = Object.fromEntries(
      list(4, () => random.pick(properties), random).map(([name, property]) => [
        name,
        asFlags ? value(random) : valueFor(property, random),
      ]),
    )
    if (random.below(12) === 0) given[value(random).slice(0, 20)] = random.pick(ODD)
    return { verb, schema, flags, given: random.below(40) ? given : random.pick(ODD), asFlags }
  },
  async run({ verb, schema, flags, given, asFlags }) {
    await parse(verb, schema, asFlags && given ? flags.read(given) : given)
  },
  keep: ({ verb, given, asFlags }, path) =>
    writeFileSync(`${path}.txt`, inspect({ verb, asFlags, given }, { depth: 9 })),
}
