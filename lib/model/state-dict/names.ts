/** What wrappers of modules put before every name: DataParallel, torch.compile, training frameworks. */
const PREFIXES = ['module.', '_orig_mod.', 'model.', 'net.', 'network.', 'state_dict.']
const MOST_PREFIXES = 8

/** Counted by BN while it trains, and read by nothing. */
const isCounter = (name: string): boolean => name.endsWith('num_batches_tracked')

export interface Pairing<T> {
  /** Tensors of the file, by the name that the architecture has for them. */
  found: Map<string, T>
  missing: string[]
  /** As the file has them. */
  unexpected: string[]
}

/** Pairs a file's names with an architecture's, prefixes left out. Names that come twice are unexpected. */
export function pair<T>(stored: ReadonlyMap<string, T>, expected: readonly string[]): Pairing<T> {
  const wanted = new Set(expected)
  const found = new Map<string, T>()
  const unexpected: string[] = []
  for (const [name, tensor] of stored) {
    const bare = bareName(name, wanted)
    if (bare !== undefined && !found.has(bare)) found.set(bare, tensor)
    else if (!isCounter(name)) unexpected.push(name)
  }
  return { found, missing: expected.filter(name => !found.has(name)), unexpected }
}

/** The name that is wanted, behind a few prefixes; undefined where none is. */
function bareName(name: string, wanted: ReadonlySet<string>): string | undefined {
  let bare = name
  for (let depth = 0; depth < MOST_PREFIXES && !wanted.has(bare); depth++) {
    const prefix = PREFIXES.find(each => bare.startsWith(each))
    if (!prefix) return undefined
    bare = bare.slice(prefix.length)
  }
  return wanted.has(bare) ? bare : undefined
}

const SHOWN = 10

/** "12 missing: a, b, ... "; empty where there are none. */
export function listed(count: string, names: readonly string[]): string {
  if (names.length === 0) return ''
  const shown = names.slice(0, SHOWN).map(name => name.slice(0, 100))
  return `${names.length} ${count}: ${shown.join(', ')}${names.length > SHOWN ? ', ...' : ''}`
}
