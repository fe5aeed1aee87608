// docs/growth.svg, and the table in docs/growth.md, from docs/results/growth.json: `node docs/growth-page.mjs`.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { chart } from './chart.mjs'

const file = name => new URL(name, import.meta.url)
const AXES = {
  images: 'calibration images',
  width: 'width (channels of the first stage)',
  depth: 'convolutions',
}
const TABLE = /(<!-- table: [^>]*-->\n)[\s\S]*?(<!-- end of table -->)/

/** Rewrites both. */
export async function drawPage() {
  const { rows, ...made } = JSON.parse(await readFile(file('results/growth.json'), 'utf8'))
  const axes = Object.keys(AXES).filter(axis => rows.some(row => row.axis === axis))
  const of = axis => rows.filter(row => row.axis === axis)
  await writeFile(
    file('growth.svg'),
    chart([axes.map(axis => secondsPanel(axis, of(axis))), axes.map(axis => memoryPanel(axis, of(axis)))]),
  )
  const page = await readFile(file('growth.md'), 'utf8')
  const body = `$1${table(rows)}\n\nMade by \`${made.command}\`: ${made.machine}, ${made.threads} threads, ${made.date}.\n$2`
  await writeFile(file('growth.md'), page.replace(TABLE, body))
}

function secondsPanel(axis, rows) {
  return panel(axis, 'seconds', [{ name: 'seconds', points: rows.map(row => [row.at, row.seconds]) }])
}

function memoryPanel(axis, rows) {
  return panel(axis, 'memory, MB', [
    { name: 'measured', points: rows.map(row => [row.at, row.megabytes]) },
    { name: 'twice model and column budget', points: rows.map(row => [row.at, 2 * row.budget]) },
  ])
}

function panel(axis, y, lines) {
  return {
    title: `by ${{ images: 'images', width: 'width', depth: 'depth' }[axis]}`,
    x: AXES[axis],
    y,
    lines,
  }
}

function table(rows) {
  const head = ['grows', 'at', 'units', 'parameters', 'seconds', 'MB', 'model and column budget, MB']
  const cells = rows.map(({ axis, at, units, parameters, seconds, megabytes, budget }) => [
    AXES[axis],
    at,
    units,
    parameters,
    seconds,
    megabytes,
    budget,
  ])
  return [head, head.map(() => '---'), ...cells].map(line => `| ${line.join(' | ')} |`).join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await drawPage()
