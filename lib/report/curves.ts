// Lines over a number, in a row of panels.
import { axes, LINES, legend, shifted, svg, text } from './svg.js'

export interface CurvePanel {
  title: string
  /** Names of the axes, with units. x is logarithmic, its ticks are the points; y is percent. */
  x: string
  y: string
  lines: { name: string; points: [number, number][] }[]
}

const PANEL = { width: 400, height: 280 }
const FRAME = { left: 46, top: 42, width: 330, height: 184 }
const LEGEND = 26

/** Panels side by side, with the same lines in each. */
export function curvePicture(panels: CurvePanel[]): string {
  const names = panels[0]?.lines.map(({ name }) => name) ?? []
  const drawn = panels.map((panel, along) => shifted(along * PANEL.width, LEGEND, draw(panel)))
  return svg(panels.length * PANEL.width, LEGEND + PANEL.height, [legend(FRAME.left, 16, names), ...drawn])
}

function draw({ title, x, y, lines }: CurvePanel): string[] {
  const at = [...new Set(lines.flatMap(({ points }) => points.map(([place]) => place)))].sort((a, b) => a - b)
  const on = axes(
    FRAME,
    { low: at[0] ?? 1, high: at.at(-1) ?? 1, at, logarithmic: true, name: x },
    { low: 0, high: 100, name: y },
  )
  return [
    text(FRAME.left, 16, title, { style: 'title' }),
    ...on.parts,
    ...lines.map(({ points }, which) => {
      const places = points.map(([place, value]) => [on.x(place), on.y(value)] as const)
      const dots = places.map(
        ([across, up]) => `<circle class="f${which % LINES}" cx="${across}" cy="${up}" r="3"/>`,
      )
      const path = places.map(([across, up]) => `${across} ${up}`).join('L')
      return `<path class="line c${which % LINES}" d="M${path}"/>${dots.join('')}`
    }),
  ]
}
