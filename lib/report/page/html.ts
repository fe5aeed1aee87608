// Text that is already HTML, and a template that escapes all that is not: what a file says never becomes markup.

export class Html {
  constructor(readonly text: string) {}
}

type Value = Html | string | number | null | undefined | false | readonly Value[]

/** A template whose values are escaped, unless they are Html themselves; lists are joined, null and false are nothing. */
export const html = (pieces: TemplateStringsArray, ...values: Value[]): Html =>
  new Html(pieces.reduce((text, piece, at) => text + shown(values[at - 1]) + piece))

/** Markup that Shellac made itself, such as a picture. */
export const raw = (markup: string): Html => new Html(markup)

function shown(value: Value): string {
  if (value instanceof Html) return value.text
  if (Array.isArray(value)) return value.map(shown).join('\n')
  return value === null || value === undefined || value === false ? '' : escaped(String(value))
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

// Marks that turn the direction of text could make a name read as another; controls are no HTML.
const HIDDEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** For text and for attributes in quotes. */
export const escaped = (text: string): string =>
  visible(text).replace(/[&<>"']/g, character => ENTITIES[character] ?? character)

/** With a mark in place of what a reader would not see. */
export const visible = (text: string): string =>
  text.replace(HIDDEN, mark => (mark === '\n' || mark === '\t' ? mark : '\ufffd'))
