// Small languages of the command line: triggers, sources of data, architectures.
import { writeFileSync } from 'node:fs'
import { parseSource } from '../../../dist/data/source.js'
import { parseTrigger, TRIGGERS } from '../../../dist/data/triggers.js'
import { architectureNames } from '../../../dist/model/architectures/index.js'
import { parseArchitecture } from '../../../dist/model/architectures/parse.js'
import { list, spoilt, value } from './written.mjs'

const KINDS = TRIGGERS.split(' | ').map(text => {
  const [name, rest] = text.replace(']', '').split('[:')
  return { name, keys: [...rest.split(',').map(key => key.replace('=', '')), 'constructor', '__proto__'] }
})
const SOURCES = ['mnist', 'cifar10', 'tiny-imagenet', 'imagenette', 'folder', 'constructor', '']
const SIZES = [1, 2, 3, 7, 8, 32, 33]

const fields = (keys, random) =>
  list(3, () => `${random.pick(keys)}=${value(random)}`, random).join(random.below(9) ? ',' : ';')

const LANGUAGES = {
  trigger(random) {
    const { name, keys } = random.pick(KINDS)
    return `${name}${random.below(6) ? `:${fields(keys, random)}` : ''}`
  },
  source: random => `${random.pick(SOURCES)}${random.below(2) ? `:${value(random)}` : ''}`,
  architecture: random =>
    `${random.pick(architectureNames)}:${fields(['width', 'classes', 'inputSize', 'channels', 'name'], random)}`,
}

const READERS = {
  trigger(text, shape) {
    const trigger = parseTrigger(text)
    if (trigger.load) return undefined // lies in a file
    const { scale, offset, places } = trigger.on(shape)
    const [channels, height, width] = shape
    const size = channels * height * width
    const whole = scale.length === size && offset.length === size
    if (!whole || (places && places.length !== 2 * height * width)) return 'a trigger of another size'
    return [...scale, ...offset, ...(places ?? [])].every(Number.isFinite) ? undefined : 'no finite trigger'
  },
  source: text => void parseSource(text),
  architecture: text => void parseArchitecture(text),
}

export const texts = {
  codes: ['ERR_BAD_OPTION'],
  seeds: async () => Object.keys(LANGUAGES),
  make(seeds, random) {
    const language = random.pick(seeds)
    const shape = [random.pick([1, 3]), random.pick(SIZES), random.pick(SIZES)]
    return { language, text: spoilt(LANGUAGES[language](random), random), shape }
  },
  run: async ({ language, text, shape }) => READERS[language](text, shape),
  keep: (input, path) => writeFileSync(`${path}.json`, JSON.stringify(input)),
}
