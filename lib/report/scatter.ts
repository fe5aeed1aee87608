// Points in the plane by group, some of them marked.
import { shifted, svg, tenth, text } from './svg.js'

export interface ScatterPanel {
  title: string
  points: { x: number; y: number; group: number; marked: boolean }[]
}

const SIDE = 300
const MARGIN = 12
const TITLE = 24
const ROW = 20

/** Ten hues that can be told apart on light and dark; more groups take them again. */
const HUES = [
  '4e79a7',
  'f28e2b',
  'e15759',
  '76b7b2',
  '59a14f',
  'd4a72c',
  'b07aa1',
  'ff9da7',
  '9c755f',
  '8a8f98',
]

/** Panels side by side; the coordinates have no meaning of their own, so there are no ticks. */
export function scatterPicture(panels: ScatterPanel[], names: { groups: string[]; marked: string }): string {
  const width = panels.length * (SIDE + MARGIN) + MARGIN
  const drawn = panels.map((panel, at) => shifted(MARGIN + at * (SIDE + MARGIN), 0, draw(panel)))
  const below = key(names, TITLE + SIDE + 22, width)
  return svg(width, below.height, [...drawn, ...below.parts])
}

function draw({ title, points }: ScatterPanel): string[] {
  const [x, y] = [placer(points.map(point => point.x)), placer(points.map(point => -point.y))]
  const sorted = [...points].sort((one, other) => Number(one.marked) - Number(other.marked))
  return [
    text(0, 16, title, { style: 'title' }),
    `<rect class="axis" x="0" y="${TITLE}" width="${SIDE}" height="${SIDE}"/>`,
    ...sorted.map(({ x: across, y: up, group, marked }) => symbol(x(across), TITLE + y(-up), group, marked)),
  ]
}

function placer(values: number[]): (value: number) => number {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const size = SIDE - 2 * MARGIN
  return value => tenth(MARGIN + (high > low ? ((value - low) / (high - low)) * size : size / 2))
}

/** A dot, or a larger square with a frame around it. */
function symbol(x: number, y: number, group: number, marked: boolean): string {
  const fill = `fill="#${HUES[group % HUES.length]}"`
  return marked
    ? `<path class="mark" d="M${tenth(x - 3.5)} ${tenth(y - 3.5)}h7v7h-7z" style="fill:#${HUES[group % HUES.length]}"/>`
    : `<circle cx="${x}" cy="${y}" r="2.6" ${fill} fill-opacity="0.75"/>`
}

function key(
  { groups, marked }: { groups: string[]; marked: string },
  top: number,
  width: number,
): { parts: string[]; height: number } {
  const parts: string[] = []
  let [x, y] = [MARGIN, top]
  const put = (name: string, group: number, framed: boolean) => {
    const wide = 26 + 7 * name.length
    if (x > MARGIN && x + wide > width) [x, y] = [MARGIN, y + ROW]
    parts.push(symbol(x + 6, y - 4, group, framed), text(x + 16, y, name))
    x += wide
  }
  for (const [group, name] of groups.entries()) put(name, group, false)
  put(`${marked}, in the colour of its class`, 9, true)
  return { parts, height: y + 12 }
}
