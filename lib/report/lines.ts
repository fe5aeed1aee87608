// Lines over a number, in rows of small panels, each with axes of its own.
import { axes, LINES, legend, shifted, svg, text } from './svg.js'

export interface LinePanel {
  title: string
  /** Names of the axes, with units. */
  x: string
  y: string
  lines: { name: string; points: [number, number][] }[]
}

const PANEL = { width: 300, height: 220 }
const FRAME = { left: 62, top: 42, width: 222, height: 130 }
const LEGEND = 26
const MARGIN = 0.05

/** Panels in rows of at most `across`; the names of the lines stand above all, where there is more than one. */
export function linePicture(panels: LinePanel[], across = 4): string {
  const names = panels[0]?.lines.map(({ name }) => name) ?? []
  const top = names.length > 1 ? LEGEND : 0
  const columns = Math.min(across, Math.max(1, panels.length))
  const rows = Math.ceil(panels.length / columns)
  const drawn = panels.map((panel, at) =>
    shifted((at % columns) * PANEL.width, top + Math.floor(at / columns) * PANEL.height, draw(panel)),
  )
  const head = top > 0 ? [legend(FRAME.left, 16, names)] : []
  return svg(columns * PANEL.width, top + rows * PANEL.height, [...head, ...drawn])
}

function draw({ title, x, y, lines }: LinePanel): string[] {
  const along = extent(lines.flatMap(({ points }) => points.map(([place]) => place)))
  const up = extent(lines.flatMap(({ points }) => points.map(([, value]) => value)))
  const margin = MARGIN * (up.high - up.low)
  const on = axes(FRAME, { ...along, name: x }, { low: up.low - margin, high: up.high + margin, name: y })
  return [
    text(FRAME.left, 16, title, { style: 'title' }),
    ...on.parts,
    ...lines.map(({ points }, which) => {
      const places = points.map(([place, value]) => `${on.x(place)} ${on.y(value)}`)
      return `<path class="line c${which % LINES}" d="M${places.join('L')}"/>`
    }),
  ]
}

function extent(values: number[]): { low: number; high: number } {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  if (!Number.isFinite(low)) return { low: 0, high: 1 }
  return high > low ? { low, high } : { low: low - 0.5, high: high + 0.5 }
}
