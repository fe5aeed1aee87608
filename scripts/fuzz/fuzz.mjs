// Random hostile input: no crash, no hang, no memory eaten; a typed error or a result, each time. README.md says more.
//   npm run fuzz -- [--target all] [--count 1000 | --seconds 60] [--seed 1] [--first 0] [--limit 20] [--memory 4096]
//                   [--keep FOLDER] [--record FILE]
// first: the index to begin with. seconds: for each target. limit: seconds that one input may take. memory: MiB that the
// process may take. keep: where inputs that fail are put, as TARGET-SEED-INDEX. record: JSON to
// which the figures go.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { campaign, FAILURES } from './campaign.mjs'
import { record } from './record.mjs'
import { ALL, isTarget } from './targets.mjs'

const text = { type: 'string' }
const { values } = parseArgs({
  options: {
    target: text,
    format: text, // of the time when all targets were formats
    count: text,
    seconds: text,
    seed: { ...text, default: '1' },
    first: { ...text, default: '0' },
    limit: { ...text, default: '20' },
    memory: { ...text, default: '4096' },
    keep: text,
    record: text,
  },
})
const wanted = values.target ?? values.format ?? 'all'
const names = wanted === 'all' ? ALL : wanted.split(',')
const unknown = names.find(name => !isTarget(name))
if (unknown !== undefined) {
  console.error(`no target ${unknown}; there are: ${ALL.join(', ')}`)
  process.exit(2)
}
const plan = {
  seed: Number(values.seed),
  first: Number(values.first),
  count: Number(values.count ?? (values.seconds ? Number.MAX_SAFE_INTEGER : 1000)),
  seconds: Number(values.seconds ?? Number.MAX_SAFE_INTEGER),
  limit: Number(values.limit),
  memory: Number(values.memory),
  keep: values.keep,
}
// In memory where that is possible: millions of small files are written.
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'shellac-fuzz-'))
let failed = 0
try {
  for (const name of names) {
    const { results, ...figures } = await campaign(name, folder, plan)
    failed += FAILURES.reduce((sum, failure) => sum + (results[failure] ?? 0), 0)
    const row = { target: name, seed: plan.seed, ...figures, ...results }
    console.log(JSON.stringify(row))
    record(values.record, row)
  }
} finally {
  rmSync(folder, { recursive: true })
}
process.exitCode = failed > 0 ? 1 : 0
