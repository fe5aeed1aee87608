// The classes and functions that a pickle of tensors may name. None is imported or called: for each there is a function
// here that makes plain data of its arguments. Every other name is refused.
import { tensorView } from './tensor-view.js'
import { Dict, Global, Other, Tuple, type Value } from './values.js'

export type Refuse = (found: string) => Error
type Maker = (args: readonly Value[], refuse: Refuse) => Value

/** torch's storage classes, and what safetensors calls their numbers. */
const STORAGES: Readonly<Record<string, string>> = {
  BFloat16Storage: 'BF16',
  BoolStorage: 'BOOL',
  ByteStorage: 'U8',
  CharStorage: 'I8',
  DoubleStorage: 'F64',
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  IntStorage: 'I32',
  LongStorage: 'I64',
  ShortStorage: 'I16',
}

const other = (kind: string): Maker => {
  return () => new Other(kind)
}

const MAKERS = new Map<string, Maker>([
  ['torch._utils._rebuild_tensor_v2', tensorView],
  ['torch._utils._rebuild_parameter', ([data = null]) => data],
  ['collections.OrderedDict', dict],
  ['collections.Counter', dict],
  ['collections.defaultdict', dict],
  ['torch.Size', other('torch.Size')],
  ['torch.device', other('torch.device')],
  ['_codecs.encode', other('bytes')],
  ...['__builtin__', 'builtins'].flatMap(module =>
    ['set', 'frozenset', 'bytearray', 'complex'].map((name): [string, Maker] => [
      `${module}.${name}`,
      other(name),
    ]),
  ),
])

/** Names that stand for themselves: types of numbers, and what a defaultdict makes. */
const BARE = new Set([
  ...['float16', 'bfloat16', 'float32', 'float64', 'uint8', 'int8', 'int16', 'int32', 'int64', 'bool'].map(
    name => `torch.${name}`,
  ),
  ...['list', 'dict', 'int', 'float'].flatMap(name => [`builtins.${name}`, `__builtin__.${name}`]),
])

export function globalOf(module: string, name: string, refuse: Refuse): Global {
  const full = `${module}.${name}`
  if (MAKERS.has(full) || BARE.has(full) || dtypeOfStorage(full)) return new Global(full)
  throw refuse(`the global ${full.slice(0, 200)}, which no tensor needs`)
}

/** What safetensors calls the numbers of "torch.FloatStorage"; undefined for other names. */
export function dtypeOfStorage(full: string): string | undefined {
  const name = full.startsWith('torch.') ? full.slice('torch.'.length) : ''
  return Object.hasOwn(STORAGES, name) ? STORAGES[name] : undefined
}

export function make(target: Value, args: Value, refuse: Refuse): Value {
  const maker = target instanceof Global ? MAKERS.get(target.name) : undefined
  if (maker && args instanceof Tuple) return maker(args.items, refuse)
  throw refuse(
    target instanceof Global ? `a call of ${target.name}` : 'a call of something that is no function',
  )
}

/** OrderedDict(), defaultdict(factory), Counter(dictionary). Never a copy, which could be asked for without end. */
function dict(args: readonly Value[], refuse: Refuse): Dict {
  const from = args.at(-1)
  if (from === undefined || from instanceof Global) return new Dict()
  if (from instanceof Dict) return from
  throw refuse('a dictionary of something else')
}
