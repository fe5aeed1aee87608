// Keeps the figures of a run beside those of other targets: docs/results/fuzz.json.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { root } from '../setup/root.mjs'

const order = rows =>
  rows.sort((one, other) => (`${one.target} ${one.seed}` < `${other.target} ${other.seed}` ? -1 : 1))

/** @param {string | undefined} path where there is none, nothing is kept  @param {object} row has a target */
export function record(path, row) {
  if (path === undefined) return
  const before = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { rows: [] }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const [cpu] = os.cpus()
  const made = {
    command: 'npm run fuzz -- --seconds S --record F; npm run fuzz:native -- --seconds S --record F',
    version,
    machine: `${os.cpus().length} CPU cores (${cpu?.model.trim()}, ${os.arch()}), ${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    ...(before.note && { note: before.note }),
    rows: order([
      ...before.rows.filter(({ target, seed }) => target !== row.target || seed !== row.seed),
      dated(row),
    ]),
  }
  writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`)
}

const dated = row => ({ ...row, date: new Date().toISOString().slice(0, 10) })
