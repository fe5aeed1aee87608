// Many purifications in one process: what its resident memory does.
//   node scripts/stress/memory.mjs [--runs 1000] [--settled 50] [--out docs/results/trust-memory.json]
// settled: runs that are not judged, in which the allocator and the caches grow to what they need. Ends with 1 where the
// memory of a later run leaves a band of 5 % around that of the last of them.
import { parseArgs } from 'node:util'
import { writeResults } from '../../bench/lib/results.mjs'
import { about, demoModel, digits, purifyOnce, residentMegabytes, rounded, SETTINGS } from './subject.mjs'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    settled: { type: 'string', default: '50' },
    out: { type: 'string', default: 'docs/results/trust-memory.json' },
  },
})
const [runs, settled] = [Number(values.runs), Number(values.settled)]
const BAND = 5 // %

const model = await demoModel()
const images = await digits()
const resident = []
for (let run = 0; run < runs; run++) {
  await purifyOnce(model, images, { seed: run })
  resident.push(residentMegabytes())
  if ((run + 1) % 50 === 0) console.log(`${run + 1}: ${rounded(resident[run])} MiB`)
}
const row = summary(resident, settled)
await writeResults(values.out, {
  command: `npm run stress:memory -- --runs ${runs} --settled ${settled}`,
  about: `${about(SETTINGS)}; a seed of its own for each run`,
  band: BAND,
  rows: [row],
  everyFiftieth: resident.filter((_, run) => (run + 1) % 50 === 0).map(value => rounded(value)),
})
console.log(JSON.stringify(row))
process.exitCode = row.highest > BAND || row.lowest < -BAND ? 1 : 0

/** highest, lowest: % of the settled memory. slope: MiB in 1,000 runs, of the line through all judged runs. */
function summary(resident, settled) {
  const base = resident[settled - 1]
  const judged = resident.slice(settled)
  const most = judged.reduce((one, other) => Math.max(one, other))
  const least = judged.reduce((one, other) => Math.min(one, other))
  const percent = value => rounded((value / base - 1) * 100, 2)
  return {
    runs: resident.length,
    settledMegabytes: rounded(base),
    mostMegabytes: rounded(most),
    leastMegabytes: rounded(least),
    highest: percent(most),
    lowest: percent(least),
    slope: rounded(slope(judged) * 1000, 2),
  }
}

/** Least squares: y over its index. */
function slope(y) {
  const middle = (y.length - 1) / 2
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length
  const products = y.reduce((sum, value, x) => sum + (x - middle) * (value - mean), 0)
  return products / y.reduce((sum, _, x) => sum + (x - middle) ** 2, 0)
}
