// A results file as a Markdown table: `node docs/results-table.mjs docs/results/NAME.json [--mean]`.
// --mean: rows that differ by their seed alone become one, "mean ± deviation" (that of a sample) in each figure.
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { mean: { type: 'boolean' } } })
const FIGURES = ['ba', 'asr', 'der', 'seconds']
const noFigures = Object.fromEntries(FIGURES.map(name => [name, null]))

const { rows } = JSON.parse(await readFile(positionals[0], 'utf8'))
const shown = values.mean ? overSeeds(rows) : rows
const columns = Object.keys(shown[0]).filter(name => shown.some(row => row[name] !== null))
const line = cells => `| ${cells.join(' | ')} |`
const lines = [columns, columns.map(() => '---'), ...shown.map(row => columns.map(name => row[name] ?? '–'))]
process.stdout.write(`${lines.map(line).join('\n')}\n`)

function overSeeds(all) {
  const groups = grouped(all, row => JSON.stringify({ ...row, seed: null, ...noFigures }))
  return Object.values(groups).map(group => ({
    ...group[0],
    seed: group.length > 1 ? `${group.length} seeds` : group[0].seed,
    ...Object.fromEntries(FIGURES.map(name => [name, spread(group.map(row => row[name]))])),
  }))
}

function spread(figures) {
  if (figures.some(figure => figure === null)) return null
  const mean = figures.reduce((sum, each) => sum + each, 0) / figures.length
  if (figures.length === 1) return figures[0]
  const variance = figures.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (figures.length - 1)
  return `${mean.toFixed(2)} ± ${Math.sqrt(variance).toFixed(2)}`
}

function grouped(all, keyOf) {
  const groups = {}
  for (const row of all) {
    groups[keyOf(row)] ??= []
    groups[keyOf(row)].push(row)
  }
  return groups
}
