// Mutations of PyTorch's archives: of one entry, as code, as a pickle or as bytes, in an archive that is whole again.
import { mutateBytes } from './bytes.mjs'
import { unzip, zip } from './zip.mjs'

const NUMBERS = [
  '0',
  '1',
  '-1',
  '2',
  '3',
  '65536',
  '4294967296',
  '9223372036854775807',
  '1e308',
  'None',
  'True',
  '[]',
]

/** Every opcode of pickle's protocol 4 that an archive may hold, and some that it must not. */
const OPCODES = Buffer.from(
  '(.012FGIJKLMNPQRSTUVXabcdeghijloprstu}]q\x80\x81\x82\x85\x86\x87\x88\x89\x8a\x8c\x93\x94\x95',
  'latin1',
)

function mutateCode(data, random) {
  const { below, pick } = random
  const lines = data.toString('latin1').split('\n')
  const at = below(lines.length)
  const words = [...lines.join(' ').matchAll(/[A-Za-z_][\w.]*/g)].map(([word]) => word)
  switch (below(6)) {
    case 0:
      lines.splice(at, 1)
      break
    case 1:
      lines.splice(below(lines.length), 0, lines[at])
      break
    case 2:
      lines[at] = lines[at].replace(/-?\d+(\.\d+)?/, () => pick(NUMBERS))
      break
    case 3:
      lines[at] = lines[at].replace(/[A-Za-z_][\w.]*/, () => pick(words))
      break
    case 4:
      lines[at] = lines[at].replace(/,[^,()]*/, '')
      break
    default:
      lines[at] = lines[at].replace(/\(/, '('.repeat(1 + below(300)))
  }
  return Buffer.from(lines.join('\n'), 'latin1')
}

function mutatePickle(data, random) {
  const { below } = random
  const bytes = Buffer.from(data)
  const at = below(bytes.length)
  const code = OPCODES[below(OPCODES.length)]
  if (below(2)) bytes[at] = code
  else return Buffer.concat([bytes.subarray(0, at), Buffer.from([code]), bytes.subarray(at)])
  return bytes
}

function mutateEntry({ name, data }, random) {
  if (data.length === 0 || random.below(3) === 0) return mutateBytes(data, random)
  if (name.endsWith('.py')) return mutateCode(data, random)
  return name.endsWith('.pkl') ? mutatePickle(data, random) : mutateBytes(data, random)
}

export function mutateArchive(bytes, random) {
  const entries = unzip(bytes)
  for (let times = 1 + random.below(2); times > 0; times--) {
    const telling = entries.filter(({ name }) => /\.(py|pkl)$/.test(name))
    const entry = random.pick(random.below(4) ? telling : entries)
    if (entry) entry.data = mutateEntry(entry, random)
  }
  if (random.below(10) === 0) entries.splice(random.below(entries.length), 1)
  return zip(entries)
}
