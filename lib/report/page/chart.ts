// Charts of one row a name, narrow enough for a phone: dots or bars along a real axis, each with its value on hover.
import { LINES, shifted, svg, tenth, text, ticks } from '../svg.js'
import { escaped, type Html, html, raw, visible } from './html.js'
import { short } from './numbers.js'

export interface Chart {
  /** Name of its file, and of its place on the page. */
  id: string
  title: string
  /** What it shows, for those who cannot see it. */
  about: string
  width: number
  height: number
  parts: string[]
}

export interface Rows {
  id: string
  title: string
  about: string
  /** Name of the axis, with its unit. */
  axis: string
  form: 'dots' | 'bars'
  names: string[]
  /** At most three; null where there is nothing to draw. */
  series: { name: string; values: (number | null)[] }[]
  unit?: string
  logarithmic?: boolean
  /** Of a linear axis, where it is not as the values are. */
  range?: [number, number]
  /** One row in another colour. */
  marked?: { row: number; name: string }
  /** A line across all rows. */
  threshold?: { at: number; name: string }
}

const WIDTH = 360
const RIGHT = 18
const HEAD = { title: 18, legend: 22, top: 12 }
const FOOT = 44
/** Rows of a chart, at most: what comes after them is only counted. */
const ROWS = 200
/** Names are cut there; whole on hover. */
const LETTERS = 30
const LETTER = 6

function firstOf(rows: Rows): Rows {
  const { names, series, about } = rows
  if (names.length <= ROWS) return rows
  return {
    ...rows,
    about: `${about} The first ${ROWS} of ${names.length}.`,
    names: names.slice(0, ROWS),
    series: series.map(({ name, values }) => ({ name, values: values.slice(0, ROWS) })),
  }
}

interface Along {
  left: number
  low: number
  high: number
  at: number[]
  x(value: number): number
}

export function rowChart(all: Rows): Chart {
  const rows = firstOf(all)
  const step = rows.form === 'bars' ? 6 + 11 * rows.series.length : 18
  const named = rows.series.length > 1 || rows.threshold !== undefined || rows.marked !== undefined
  const top = HEAD.title + HEAD.top + (named ? HEAD.legend : 0)
  const floor = top + step * rows.names.length
  const along = axisOf(rows)
  return {
    id: rows.id,
    title: rows.title,
    about: rows.about,
    width: WIDTH,
    height: floor + FOOT,
    parts: [
      text(4, 14, rows.title, { style: 'title' }),
      ...(named ? legend(rows, HEAD.title + 18) : []),
      ...grid(along, rows.axis, top, floor),
      ...rows.names.map((name, row) => rowName(name, along.left, top + step * (row + 0.5))),
      ...rows.series.flatMap((series, which) => drawn(rows, series, which, along, top, step)),
      ...thresholdLine(rows, along, top, floor),
    ],
  }
}

function axisOf({ names, series, threshold, logarithmic = false, range }: Rows): Along {
  const values = [...series.flatMap(({ values }) => values), threshold?.at ?? null].filter(
    value => value !== null && Number.isFinite(value) && (!logarithmic || value > 0),
  ) as number[]
  const [low, high] = logarithmic ? decades(values) : (range ?? linear(values))
  const left = 14 + LETTER * Math.max(8, ...names.map(({ length }) => Math.min(LETTERS, length)))
  const of = logarithmic ? Math.log10 : (value: number) => value
  const x = (value: number) =>
    tenth(left + ((WIDTH - left - RIGHT) * (of(value) - of(low))) / (of(high) - of(low) || 1))
  return { left, low, high, at: logarithmic ? powers(low, high) : ticks(low, high), x }
}

const extent = (values: number[], start: [number, number]): [number, number] =>
  values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], start)

function linear(values: number[]): [number, number] {
  const [low, high] = extent(values, [0, 0])
  return low === high ? [0, 1] : [low * 1.05, high * 1.05]
}

function decades(values: number[]): [number, number] {
  if (values.length === 0) return [0.1, 1]
  const [low, high] = extent(values, [Number.POSITIVE_INFINITY, 0])
  const from = Math.floor(Math.log10(low))
  return [10 ** from, 10 ** Math.max(from + 1, Math.ceil(Math.log10(high)))]
}

/** At most some six of the powers of ten. */
function powers(low: number, high: number): number[] {
  const [from, to] = [Math.round(Math.log10(low)), Math.round(Math.log10(high))]
  const stride = Math.ceil((to - from) / 5)
  return Array.from({ length: Math.floor((to - from) / stride) + 1 }, (_, at) => 10 ** (from + at * stride))
}

const grid = ({ left, at, x }: Along, name: string, top: number, floor: number): string[] => [
  ...at.flatMap(value => [
    `<path class="grid" d="M${x(value)} ${top}V${floor}"/>`,
    text(x(value), floor + 15, short(value), { anchor: 'middle', style: 'note' }),
  ]),
  `<path class="axis" d="M${left} ${top}V${floor}H${WIDTH - RIGHT}"/>`,
  text(WIDTH - 4, floor + 34, name, { anchor: 'end', style: 'note' }),
]

function rowName(name: string, left: number, y: number): string {
  const cut = name.length > LETTERS ? `${name.slice(0, LETTERS - 1)}…` : name
  return hover(name, text(left - 6, y + 4, visible(cut), { anchor: 'end', style: 'note' }))
}

function drawn(
  { form, names, unit = '', logarithmic = false, marked }: Rows,
  { name, values }: Rows['series'][number],
  which: number,
  along: Along,
  top: number,
  step: number,
): string[] {
  return values.flatMap((value, row) => {
    if (value === null || !Number.isFinite(value) || (logarithmic && value <= 0)) return []
    const said = `${names[row]}, ${name}: ${short(value)}${unit && ` ${unit}`}`
    const y = top + step * row
    const colour = marked?.row === row ? which + 1 : which
    const mark =
      form === 'dots'
        ? dot(along.x(value), y + step / 2, colour)
        : bar(along, value, y + 3 + 11 * which, colour)
    return [hover(said, mark)]
  })
}

/** Each series with its mark, in one line. */
function legend({ series, form, threshold, marked }: Rows, y: number): string[] {
  let x = 8
  const place = (name: string, mark: string) => {
    const words = text(x + 10, y, name, { style: 'note' })
    x += 26 + 6 * name.length
    return mark + words
  }
  const square = (which: number) =>
    `<rect class="f${which % LINES}" x="${x - 4}" y="${y - 9}" width="9" height="9"/>`
  const line = () => `<path class="line c2" d="M${x} ${y - 10}v12"/>`
  return [
    ...series.map(({ name }, which) => place(name, form === 'dots' ? dot(x, y - 4, which) : square(which))),
    ...(marked ? [place(marked.name, square(1))] : []),
    ...(threshold ? [place(threshold.name, line())] : []),
  ]
}

/** Series differ in form too, so that nobody needs to tell colours apart. */
function dot(x: number, y: number, which: number): string {
  const style = `f${which % LINES}`
  if (which === 0) return `<circle class="${style}" cx="${x}" cy="${y}" r="4"/>`
  return which === 1
    ? `<rect class="${style}" x="${tenth(x - 3.5)}" y="${y - 3.5}" width="7" height="7"/>`
    : `<path class="${style}" d="M${x} ${y - 5}l5 9h-10z"/>`
}

function bar({ x }: Along, value: number, y: number, which: number): string {
  const [from, to] = [Math.min(x(0), x(value)), Math.max(x(0), x(value))]
  const width = Math.max(1.5, tenth(to - from))
  return `<rect class="f${which % LINES}" x="${from}" y="${y}" width="${width}" height="9"/>`
}

function thresholdLine({ threshold }: Rows, { x }: Along, top: number, floor: number): string[] {
  if (!threshold) return []
  const line = `<path class="line c2" d="M${x(threshold.at)} ${top}V${floor}"/>`
  return [hover(`${threshold.name}: ${threshold.at}`, line)]
}

const hover = (words: string, mark: string): string => `<g><title>${escaped(words)}</title>${mark}</g>`

/** As a file of its own. */
export const standalone = ({ width, height, parts }: Chart): string => svg(width, height, parts)

/** Several beside each other, as one file. */
export function besides(charts: Chart[]): string {
  const drawn = charts.map(({ parts }, at) => shifted(at * WIDTH, 0, parts))
  return svg(charts.length * WIDTH, Math.max(0, ...charts.map(({ height }) => height)), drawn)
}

/** Within the page, whose style it shares. */
export const figure = ({ id, title, about, width, height, parts }: Chart): Html => html`<figure id="${id}">
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}: ${about}">
${raw(parts.join('\n'))}
</svg>
<figcaption>${about}</figcaption>
</figure>`
