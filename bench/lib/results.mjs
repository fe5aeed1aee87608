// Results files: one object with `rows` and how they were made. Tables and figures in docs/ are made from them.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { dirname } from 'node:path'
import { version } from '../../dist/index.js'
import { findLibtorch } from '../../scripts/libtorch/find.mjs'

/** The rows of a results file; none where there is no file. */
export async function readRows(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8')).rows
  } catch (error) {
    if (error.code === 'ENOENT') return []
    throw error
  }
}

/**
 * What is new in the place of what it replaces: the row of the same case, and all rows of a case file that ran to its
 * end, but those that it left out.
 */
export function merged(old, fresh, ended) {
  const made = new Set(fresh.filter(row => !row.skipped).map(row => row.case))
  const leftOut = new Set(fresh.filter(row => row.skipped).map(row => row.case))
  const kept = old.filter(row => !made.has(row.case) && (!ended.has(row.from) || leftOut.has(row.case)))
  return [...kept, ...fresh.filter(row => !row.skipped)].sort((a, b) => order(a.from, b.from))
}

const order = (a, b) => (a < b ? -1 : Number(a > b))

/** Whole or not at all. `facts`: command, rows and what else belongs to the run. */
export async function writeResults(path, { rows, ...facts }) {
  const made = { version, seed: 0, machine: machine(), date: new Date().toISOString().slice(0, 10) }
  const result = { ...facts, ...made, libtorch: findLibtorch()?.version ?? null, rows }
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.new`, `${JSON.stringify(result, null, 2)}\n`)
  await rename(`${path}.new`, path)
}

/** In words: cores, their make, memory. */
export function machine() {
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  return `${availableParallelism()} CPU cores (${cpus()[0]?.model ?? 'unknown'}, ${process.arch}), ${gigabytes} GiB`
}
