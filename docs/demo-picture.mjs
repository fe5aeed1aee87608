// The demo's terminal as an SVG: `npx shellac demo --quiet | node docs/demo-picture.mjs > docs/demo.svg`.
import { text } from 'node:stream/consumers'

const CELL = { width: 8.4, height: 19 }
const MARGIN = 16
const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

const lines = ['$ npx shellac demo', '', ...(await text(process.stdin)).trimEnd().split('\n')]
const width = Math.ceil(Math.max(...lines.map(line => line.length)) * CELL.width + 2 * MARGIN)
const height = lines.length * CELL.height + 2 * MARGIN
const escaped = line => line.replace(/[&<>]/g, character => ENTITIES[character])
const row = (line, at) =>
  `<text x="${MARGIN}" y="${MARGIN + (at + 0.75) * CELL.height}" xml:space="preserve">${escaped(line)}</text>`

process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<rect width="100%" height="100%" rx="8" fill="#17191e"/>
<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#e6e6e6">
${lines.map(row).join('\n')}
</g>
</svg>
`)
