// A results file as a Markdown table: `node docs/results-table.mjs docs/results/NAME.json`.
import { readFile } from 'node:fs/promises'

const { rows } = JSON.parse(await readFile(process.argv[2], 'utf8'))
const columns = Object.keys(rows[0]).filter(name => rows.some(row => row[name] !== null))
const line = cells => `| ${cells.join(' | ')} |`
const lines = [columns, columns.map(() => '---'), ...rows.map(row => columns.map(name => row[name] ?? '–'))]
process.stdout.write(`${lines.map(line).join('\n')}\n`)
