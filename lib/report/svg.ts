// What all pictures are made of: text, axes and colours, legible on a light and on a dark page (the reader's setting
// decides).

/** Lines differ by dashes too, so that nobody needs to tell colours apart. */
export const STYLE = `
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; }
.note { font-size: 11px; fill: #59636e; }
.axis, .grid { stroke: #59636e; fill: none; }
.grid { stroke-opacity: 0.25; }
.line { fill: none; stroke-width: 1.8; }
.area { stroke: none; fill-opacity: 0.16; }
.c0 { stroke: #0a66c2; } .f0 { fill: #0a66c2; }
.c1 { stroke: #b35900; stroke-dasharray: 6 3; } .f1 { fill: #b35900; }
.c2 { stroke: #1a7f37; stroke-dasharray: 2 3; } .f2 { fill: #1a7f37; }
.mark { stroke: #1f2328; fill: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .note { fill: #9aa4af; }
  .axis, .grid { stroke: #9aa4af; }
  .c0 { stroke: #6cb2ff; } .f0 { fill: #6cb2ff; }
  .c1 { stroke: #f0a65a; } .f1 { fill: #f0a65a; }
  .c2 { stroke: #56d364; } .f2 { fill: #56d364; }
  .mark { stroke: #e6edf3; }
}`

/** Lines that the style tells apart. */
export const LINES = 3

export function svg(width: number, height: number, parts: readonly string[]): string {
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n<style>${STYLE}</style>\n${parts.join('\n')}\n</svg>\n`
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

export function text(
  x: number,
  y: number,
  words: string | number,
  { anchor = 'start', style = '' }: { anchor?: 'start' | 'middle' | 'end'; style?: string } = {},
): string {
  const escaped = String(words).replace(/[&<>"]/g, character => ENTITIES[character] ?? character)
  return `<text x="${tenth(x)}" y="${tenth(y)}" text-anchor="${anchor}"${style && ` class="${style}"`}>${escaped}</text>`
}

export const shifted = (x: number, y: number, parts: readonly string[]): string =>
  `<g transform="translate(${tenth(x)} ${tenth(y)})">${parts.join('\n')}</g>`

export const tenth = (value: number): number => Math.round(value * 10) / 10

/** Round numbers from low to high, about `count` of them, in steps of 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, count = 5): number[] {
  const rough = (high - low) / count
  if (!(rough > 0)) return [low]
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find(times => times * power >= rough) ?? 10) * power
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(6)))
}

/** Where the axes of a panel are, in pixels within it. */
export interface Frame {
  left: number
  top: number
  width: number
  height: number
}

export interface Scale {
  low: number
  high: number
  /** Names of places; without them round numbers. */
  at?: number[]
  logarithmic?: boolean
}

export interface Axes {
  x(value: number): number
  y(value: number): number
  parts: string[]
}

/** Both axes with their ticks and names; what is drawn on them is placed by x() and y(). */
export function axes(
  { left, top, width, height }: Frame,
  along: Scale & { name: string },
  up: Scale & { name: string },
): Axes {
  const share = (value: number, { low, high, logarithmic }: Scale) => {
    const of = logarithmic ? Math.log : (number: number) => number
    return high > low ? (of(value) - of(low)) / (of(high) - of(low)) : 0.5
  }
  const x = (value: number) => tenth(left + width * share(value, along))
  const y = (value: number) => tenth(top + height * (1 - share(value, up)))
  const parts = [
    ...(up.at ?? ticks(up.low, up.high)).flatMap(value => [
      `<path class="grid" d="M${left} ${y(value)}h${width}"/>`,
      text(left - 6, y(value) + 4, value, { anchor: 'end' }),
    ]),
    ...(along.at ?? ticks(along.low, along.high)).map(value =>
      text(x(value), top + height + 16, value, { anchor: 'middle' }),
    ),
    `<path class="axis" d="M${left} ${top}v${height}h${width}"/>`,
    text(left + width / 2, top + height + 34, along.name, { anchor: 'middle' }),
    text(left, top - 6, up.name, { style: 'note' }),
  ]
  return { x, y, parts }
}

/** Names beside pieces of their lines, in one row. */
export function legend(x: number, y: number, names: readonly string[]): string {
  let at = x
  return names
    .map((name, which) => {
      const from = at
      at += 52 + 7 * name.length
      return `<path class="line c${which % LINES}" d="M${from} ${y - 4}h26"/>${text(from + 32, y, name)}`
    })
    .join('')
}
