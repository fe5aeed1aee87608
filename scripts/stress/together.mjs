// Purifications that are started together: whether each gives the bits that it gives alone, how long the event loop waits
// meanwhile, and how many a second there are, against the same ones started one after the other.
//   node scripts/stress/together.mjs [--jobs 8] [--rounds 15] [--note TEXT] [--out docs/results/trust-together.json]
// Ends with 1 where bits differ, where the 99th percentile of the loop's delay is more than 20 ms, or where the median
// round is slower together.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { writeResults } from '../../bench/lib/results.mjs'
import { about, bitsOf, circumstances, demoModel, digits, purifyOnce, rounded, SETTINGS } from './subject.mjs'

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '15' },
    note: { type: 'string', default: '' },
    out: { type: 'string', default: 'docs/results/trust-together.json' },
  },
})
const [jobs, rounds] = [Number(values.jobs), Number(values.rounds)]
const MOST_DELAY = 20 // ms
// The same jobs on the same thread: what is looked for is a loss, not the clock's noise.
const NOISE = 0.02

const model = await demoModel()
const images = await digits()
const seeds = Array.from({ length: jobs }, (_, seed) => seed)
const start = seed => purifyOnce(model, images, { seed, onProgress: () => {} })
await inTurn() // what only the first jobs pay

const rows = []
for (let round = 0; round < rounds; round++) {
  // Which of the two comes first changes: the machine may be quicker in one half of a round.
  const measured = {}
  for (const way of round % 2 ? [together, inTurn] : [inTurn, together]) measured[way.name] = await timed(way)
  const alone = await Promise.all(measured.inTurn.result.map(bitsOf))
  const atOnce = await Promise.all(measured.together.result.map(bitsOf))
  rows.push({
    round,
    jobs,
    same: alone.filter((bits, job) => bits === atOnce[job]).length,
    different: new Set(alone).size,
    secondsInTurn: rounded(measured.inTurn.seconds, 3),
    secondsTogether: rounded(measured.together.seconds, 3),
    processorInTurn: rounded(measured.inTurn.processor, 3),
    processorTogether: rounded(measured.together.processor, 3),
    throughput: rounded(measured.inTurn.seconds / measured.together.seconds, 3),
    delayP99: measured.together.p99,
    delayLongest: measured.together.longest,
  })
  console.log(JSON.stringify(rows.at(-1)))
}
const medianThroughput = rows.map(({ throughput }) => throughput).sort((a, b) => a - b)[rounds >> 1]
const worstDelayP99 = Math.max(...rows.map(({ delayP99 }) => delayP99))
await writeResults(values.out, {
  command: `npm run stress:together -- --jobs ${jobs} --rounds ${rounds}`,
  about: `${about(SETTINGS)}; throughput: seconds one after the other over seconds together; processor: seconds that the process computed; delays of the event loop in ms`,
  ...circumstances(values.note),
  medianThroughput,
  worstDelayP99,
  rows,
})
const right = rows.every(({ same }) => same === jobs)
process.exitCode = right && worstDelayP99 <= MOST_DELAY && medianThroughput >= 1 - NOISE ? 0 : 1

function together() {
  return Promise.all(seeds.map(start))
}

async function inTurn() {
  const purified = []
  for (const seed of seeds) purified.push(await start(seed))
  return purified
}

async function timed(work) {
  const delays = monitorEventLoopDelay({ resolution: 1 })
  const [begin, used] = [performance.now(), process.cpuUsage()]
  delays.enable()
  const result = await work()
  delays.disable()
  const seconds = (performance.now() - begin) / 1000
  const { user, system } = process.cpuUsage(used)
  const [p99, longest] = [delays.percentile(99), delays.max].map(delay => rounded(delay / 1e6))
  return { result, seconds, processor: (user + system) / 1e6, p99, longest }
}
