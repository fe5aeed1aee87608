// Jobs that are aborted at random moments: how long each takes to end, what memory stays, and whether the next job works.
//   node scripts/stress/abort.mjs [--aborts 100] [--seed 1] [--note TEXT] [--out docs/results/trust-abort.json]
// Ends with 1 where a job took more than half a second to end, where the one after it failed or gave other bits, or where
// more than 5 % of memory stays. The clock runs from the abort to the rejection: an engine that is told to stop looks at
// its next checkpoint.
import { parseArgs } from 'node:util'
import { writeResults } from '../../bench/lib/results.mjs'
import { measure, quantize } from '../../dist/index.js'
import { train } from '../../dist/lab/index.js'
import { randomOf } from '../fuzz/random.mjs'
import {
  bitsOf,
  circumstances,
  demoModel,
  digits,
  MODEL,
  purifyOnce,
  residentMegabytes,
  rounded,
} from './subject.mjs'

const { values } = parseArgs({
  options: {
    aborts: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    note: { type: 'string', default: '' },
    out: { type: 'string', default: 'docs/results/trust-abort.json' },
  },
})
const [aborts, seed] = [Number(values.aborts), Number(values.seed)]
const LIMIT = 500 // ms
const BAND = 5 // %
const LATEST = 1000 // ms after the start; every job takes longer than that
const SETTLED = 20 // aborts that are not judged by their memory

const model = await demoModel()
const quantized = await quantize(model, await digits(32), { threads: 1 })
const images = await digits(2048)
const few = images.take(32)
const { next } = randomOf(seed)

const JOBS = {
  'purify closed-form': options =>
    purifyOnce(model, images, { columns: 100_000, calibration: 2048, pdaSteps: 10, ...options }),
  'purify adam-official': options =>
    purifyOnce(model, images, { solver: 'adam-official', iterations: 1_000_000, ...options }),
  measure: async options => {
    for (;;) await measure(quantized, images, { threads: 1, ...options })
  },
  train: options => train(model, images, { epochs: 10_000, threads: 1, ...options }),
}

const expected = await bitsOf(await purifyOnce(model, few))
const rows = []
const resident = []
for (let index = 0; index < aborts; index++) {
  const [job, start] = Object.entries(JOBS)[index % Object.keys(JOBS).length]
  const after = next() * LATEST
  const { code, milliseconds, computed, stage } = await aborted(start, after)
  const works = (await bitsOf(await purifyOnce(model, few))) === expected
  resident.push(residentMegabytes())
  const took = { milliseconds: rounded(milliseconds), computed: rounded(computed) }
  const megabytes = rounded(resident[index])
  rows.push({ job, after: rounded(after, 0), stage, code, ...took, works, megabytes })
  if ((index + 1) % 20 === 0) console.log(`${index + 1}: ${JSON.stringify(rows[index])}`)
}
const base = resident[Math.min(SETTLED, aborts) - 1]
const mostMemory = rounded((Math.max(...resident.slice(SETTLED - 1)) / base - 1) * 100, 2)
const slowest = Math.max(...rows.map(({ milliseconds }) => milliseconds))
const right = rows.every(({ code, works }) => works && code === 'ERR_ABORTED')
await writeResults(values.out, {
  command: `npm run stress:abort -- --aborts ${aborts} --seed ${seed}`,
  about: `${MODEL}, W4A4, 1 thread; after: ms from the start to the abort; milliseconds: from the abort to the rejection, computed: of them on a processor; megabytes: resident once the next job is done`,
  ...circumstances(values.note),
  aborts,
  abortSeed: seed,
  slowest,
  settledMegabytes: rounded(base),
  mostMemory,
  rows,
})
console.log(JSON.stringify({ aborts, right, slowest, settledMegabytes: rounded(base), mostMemory }))
process.exitCode = right && slowest <= LIMIT && mostMemory <= BAND ? 0 : 1

async function aborted(start, after) {
  const controller = new AbortController()
  let stage = 'before the first report'
  const job = start({
    signal: controller.signal,
    onProgress: progress => {
      stage = progress.stage
    },
  }).then(
    () => 'ended',
    error => error.code ?? String(error),
  )
  await new Promise(resolve => setTimeout(resolve, after))
  const [begin, used] = [performance.now(), process.cpuUsage()]
  controller.abort()
  const code = await job
  const { user, system } = process.cpuUsage(used)
  return { code, milliseconds: performance.now() - begin, computed: (user + system) / 1000, stage }
}
