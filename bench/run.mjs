// Measures Shellac against what it is to be measured against: `npm run bench -- [options]`
//   --only NAME,...   only these files of bench/cases; rows of the others stay as they are in the results
//   --quick           fewer rounds and smaller models: to see that the cases work, not for figures
//   --threads N       of both sides (2)
//   --cifar10 DIR     CIFAR-10's binary version, for real images; SHELLAC_CIFAR10 does the same
//   --out FILE        where the results go (docs/results/bench.json)
//
// A case is a file of bench/cases: `export default async ({ python, pairs, threads, quick, cifar10, only, log }) => rows`,
// or an async function* that yields them one by one.
// A row is flat: { case, value, unit, target }, higherIsBetter: true where it is, and { ours, baseline, ratio, spread }
// where there is a baseline. What cannot be measured here is { case, skipped: 'why' }: printed, and not written.
import { readdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { pairs } from './lib/pairs.mjs'
import { findPython } from './lib/python.mjs'
import { machine, merged, readRows, writeResults } from './lib/results.mjs'
import { table } from './lib/table.mjs'

const folder = new URL('cases/', import.meta.url)

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
    cifar10: { type: 'string', default: process.env.SHELLAC_CIFAR10 },
    out: { type: 'string', default: 'docs/results/bench.json' },
  },
})

const log = text => process.stderr.write(`${text}\n`)
const threads = Number(values.threads)
if (!(Number.isInteger(threads) && threads > 0))
  usage(`--threads is ${values.threads}, not a whole number above 0`)

const all = (await readdir(folder)).filter(name => name.endsWith('.mjs')).map(name => name.slice(0, -4))
const names = values.only?.split(',') ?? all
const unknown = names.find(name => !all.includes(name))
if (unknown !== undefined) usage(`there is no case ${unknown}; there are ${all.join(', ')}`)

const python = findPython()
log(python.torch ? `baseline: PyTorch ${python.torch}` : `no PyTorch: ${python.why}; its rows are left out`)
const context = { python, pairs, threads, log, quick: values.quick, cifar10: values.cifar10, only: names }
const rows = []
const ended = new Set()
const made = {
  threads,
  date: today(),
  machine: machine(),
  pytorch: python.torch,
  ...(values.quick && { quick: true }),
}
for (const name of names) {
  log(`${name} ...`)
  for await (const row of rowsOf(name)) {
    rows.push({ ...row, from: name, ...made })
    log(`  ${JSON.stringify(row)}`)
    await write()
  }
  ended.add(name)
  await write()
}
process.stdout.write(`${table(rows)}\n`)
process.exitCode = rows.some(row => row.failed) ? 1 : 0

/** After each row: some take a quarter of an hour. */
async function write() {
  const words = process.argv.slice(2).map(word => (word === values.cifar10 ? 'DIR' : word))
  await writeResults(values.out, {
    command: ['npm run bench --', ...words].join(' ').replace(/ --$/, ''),
    threads,
    pytorch: python.torch ?? null,
    rows: merged(await readRows(values.out), rows, ended),
  })
}

/** A case that fails is a row that says so: the others still count. */
async function* rowsOf(name) {
  try {
    const { default: run } = await import(new URL(`${name}.mjs`, folder))
    yield* await run(context)
  } catch (error) {
    log(error.stack)
    yield { case: name, value: null, failed: error.message }
  }
}

function today() {
  return new Date().toISOString().slice(0, 10)
}

function usage(message) {
  log(message)
  process.exit(2)
}
