// Line charts as SVG: panels with real axes, legible on a light and on a dark page (the reader's setting decides).

const BOX = { width: 300, height: 230, left: 52, right: 12, top: 34, bottom: 44 }
const INNER = { width: BOX.width - BOX.left - BOX.right, height: BOX.height - BOX.top - BOX.bottom }

const STYLE = `
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; }
.axis, .grid { stroke: #59636e; fill: none; }
.grid { stroke-opacity: 0.25; }
.line0 { stroke: #0a66c2; fill: #0a66c2; }
.line1 { stroke: #b35900; fill: #b35900; }
.stroke { fill: none; stroke-width: 2; }
.line1.stroke { stroke-dasharray: 5 4; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .axis, .grid { stroke: #9aa4af; }
  .line0 { stroke: #6cb2ff; fill: #6cb2ff; }
  .line1 { stroke: #f0a65a; fill: #f0a65a; }
}`

/**
 * Rows of panels as one picture.
 *
 * @param {Panel[][]} rows
 * @typedef {{ title: string, x: string, y: string, lines: { name: string, points: [number, number][] }[] }} Panel
 *   x, y: names of the axes, with units. x is logarithmic, its ticks are the points; y is linear, from 0. The second line
 *   is dashed; lines are named where there are two.
 */
export function chart(rows) {
  const width = Math.max(...rows.map(row => row.length)) * BOX.width
  const height = rows.length * BOX.height
  const panels = rows.flatMap((row, down) =>
    row.map(
      (panel, along) =>
        `<g transform="translate(${along * BOX.width} ${down * BOX.height})">${draw(panel)}</g>`,
    ),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<style>${STYLE}</style>
${panels.join('\n')}
</svg>
`
}

function draw({ title, x, y, lines }) {
  const points = lines.flatMap(line => line.points)
  const ticks = [...new Set(points.map(([at]) => at))].sort((a, b) => a - b)
  const heights = roundSteps(Math.max(...points.map(([, value]) => value)))
  const place = placer(ticks, heights.at(-1))
  return [
    text(BOX.left, 16, title, 'start', 'title'),
    text(BOX.left, 29, y, 'start'),
    ...heights.map(value => grid(value, place)),
    ...ticks.map(at => text(place.x(at), BOX.height - BOX.bottom + 16, at, 'middle')),
    text(BOX.left + INNER.width / 2, BOX.height - 8, x, 'middle'),
    `<path class="axis" d="M${BOX.left} ${BOX.top}v${INNER.height}h${INNER.width}"/>`,
    ...lines.map((line, which) => drawLine(line.points, which, place)),
    ...(lines.length > 1 ? lines.map((line, which) => legend(line.name, which)) : []),
  ].join('\n')
}

function placer(ticks, top) {
  const [first, last] = [Math.log2(ticks[0]), Math.log2(ticks.at(-1))]
  const share = at => (first === last ? 0.5 : (Math.log2(at) - first) / (last - first))
  return {
    x: at => round(BOX.left + 14 + share(at) * (INNER.width - 28)),
    y: value => round(BOX.top + INNER.height * (1 - value / top)),
  }
}

function grid(value, place) {
  const y = place.y(value)
  return `<path class="grid" d="M${BOX.left} ${y}h${INNER.width}"/>${text(BOX.left - 6, y + 4, value, 'end')}`
}

function drawLine(points, which, place) {
  const places = points.map(([at, value]) => [place.x(at), place.y(value)])
  const dots = places.map(([x, y]) => `<circle class="line${which}" cx="${x}" cy="${y}" r="3"/>`)
  return `<path class="line${which} stroke" d="M${places.map(([x, y]) => `${x} ${y}`).join('L')}"/>${dots.join('')}`
}

function legend(name, which) {
  const y = BOX.top + 12 + which * 16
  const x = BOX.left + 10
  return `<path class="line${which} stroke" d="M${x} ${y - 4}h22"/>${text(x + 28, y, name, 'start')}`
}

/** 0 to at least `most` in steps of 1, 2 or 5 times a power of ten. */
export function roundSteps(most) {
  const rough = (most || 1) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map(times => times * power).find(size => size >= rough)
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, count) =>
    Number((count * step).toPrecision(6)),
  )
}

const round = value => Math.round(value * 10) / 10

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

function text(x, y, words, anchor, style = '') {
  const escaped = String(words).replace(/[&<>]/g, character => ENTITIES[character])
  return `<text x="${x}" y="${y}" text-anchor="${anchor}"${style && ` class="${style}"`}>${escaped}</text>`
}
