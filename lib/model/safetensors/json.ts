/** Why a JSON text from a file that nobody vouches for is refused; null when it may be parsed. */
export type JsonFault = string | null

/**
 * Looks at JSON before it is parsed: nesting beyond `depth` (which would cost memory out of proportion) and keys that
 * occur twice (of which a parser silently keeps the last, so that two readers see two files).
 */
export function jsonFault(text: string, depth: number): JsonFault {
  const open: (Set<string> | null)[] = []
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character === QUOTE) {
      const end = endOfString(text, at)
      if (end < 0) return 'a string without an end'
      const keys = open.at(-1)
      if (keys && isKey(text, end + 1)) {
        const key = text.slice(at, end + 1)
        const name = key.includes('\\') ? unescaped(key) : key
        if (keys.has(name)) return `the key ${name.slice(0, 80)} twice`
        keys.add(name)
      }
      at = end
    } else if (character === BRACE || character === BRACKET) {
      if (open.length === depth) return `nesting deeper than ${depth}`
      open.push(character === BRACE ? new Set() : null)
    } else if (character === BRACE_END || character === BRACKET_END) {
      open.pop()
    }
  }
  return null
}

/** Parses after the look; throws a plain Error with the reason. */
export function parseJson(text: string, depth: number): unknown {
  const fault = jsonFault(text, depth)
  if (fault) throw new Error(fault)
  return JSON.parse(text)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const BRACE = 0x7b
const BRACE_END = 0x7d
const BRACKET = 0x5b
const BRACKET_END = 0x5d
const COLON = 0x3a

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character === BACKSLASH) at++
    else if (character === QUOTE) return at
  }
  return -1
}

function isKey(text: string, after: number): boolean {
  let at = after
  while (' \t\n\r'.includes(text.charAt(at)) && at < text.length) at++
  return text.charCodeAt(at) === COLON
}

function unescaped(key: string): string {
  try {
    return JSON.stringify(JSON.parse(key))
  } catch {
    return key // not JSON: the parser says so
  }
}
