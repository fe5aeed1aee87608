// Kills workers of a queue with SIGKILL at random moments while they purify, starts others in their place, and checks that
// every job ends once, with the same bytes as the same purification on this machine without a queue:
//
//   npm run stress:queue -- [--jobs 30] [--kills 20] [--workers 3] [--seed 1] [--out docs/results/queue.json]
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeResults } from '../../bench/lib/results.mjs'
import { datasets, loadModel, purify } from '../../dist/index.js'
import { connectRedis } from '../../dist/queue/redis.js'
import { random } from '../../dist/random.js'
import { openPlace, stop } from '../queue/place.mjs'
import { orFail } from '../setup/failure.mjs'
import { root } from '../setup/root.mjs'

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '30' },
    kills: { type: 'string', default: '20' },
    workers: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: join(root, 'docs', 'results', 'queue.json') },
  },
})
const [jobs, kills, count, seed] = [values.jobs, values.kills, values.workers, values.seed].map(Number)
const MODEL = join(root, 'examples', 'models', 'mnist-qu-anti-zation.safetensors')
const FLAGS = ['--lock-seconds', '3', '--checkpoint-seconds', '0.5']
const { next } = random(seed)
const sleep = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000))
const say = line => process.stderr.write(`${line}\n`)

/** Jobs differ, so that one's result cannot be taken for another's. */
const optionsOf = job => ({
  ...{ weightBits: 2 + (job % 3), activationBits: job % 2 ? 'none' : 4, quantizer: 'mse', threads: 1 },
  ...{ calibration: 256, seed: job, pda: job % 5 !== 0 },
})

await orFail(async () => {
  const place = await openPlace('queue-stress')
  try {
    await run(place)
  } finally {
    await place.close()
  }
})

async function run(place) {
  const { queue, redis } = place
  const model = { hash: await place.store(MODEL), extension: '.safetensors' }
  const begin = performance.now()
  const ids = []
  for (let job = 0; job < jobs; job++) {
    const options = { data: 'mnist', ...optionsOf(job) }
    ids.push(await queue.submit({ kind: 'purify', inputs: { model }, options }))
  }
  await Promise.all(Array.from({ length: count }, () => place.startWorker(...FLAGS)))
  const moments = await killAll(place)
  const ended = async () => {
    const { completed, failed } = await queue.counts()
    return completed + failed
  }
  while ((await ended()) < jobs) await sleep(0.2)
  const seconds = (performance.now() - begin) / 1000
  const endings = await endingsOf(redis)
  const rows = []
  for (const [job, id] of ids.entries()) {
    const { state, attempts, outputs, error } = await queue.status(id)
    const identical = outputs['model.safetensors'] === (await purifiedHere(place, job))
    rows.push({
      job,
      state,
      attempts,
      endings: endings.get(id) ?? 0,
      identical,
      ...(error && { error: error.message }),
    })
    say(JSON.stringify(rows.at(-1)))
  }
  await report(rows, moments, seconds, await queue.counts())
}

/** Each kill waits for a while in which jobs run, takes a worker that may be anywhere in its job, and starts another. */
async function killAll({ workers, startWorker, queue }) {
  const moments = []
  while (moments.length < kills) {
    await sleep(0.5 + 4 * next())
    const { active, completed } = await queue.counts()
    if (completed === jobs)
      throw new Error(`all jobs ended after ${moments.length} kills: give it more --jobs`)
    const all = [...workers]
    const victim = all[Math.floor(next() * all.length)]
    await stop(victim, 'SIGKILL')
    moments.push({ kill: moments.length + 1, active, completed })
    say(JSON.stringify(moments.at(-1)))
    await startWorker(...FLAGS)
  }
  return moments
}

/** How often each job was recorded as completed, by the queue's own stream of events. */
async function endingsOf(url) {
  const redis = await connectRedis(url)
  const counted = new Map()
  for (const [, fields] of await redis.xrange('bull:shellac:events', '-', '+')) {
    const event = Object.fromEntries(
      fields.map((field, at) => [field, fields[at + 1]]).filter((_, at) => at % 2 === 0),
    )
    if (event.event === 'completed') counted.set(event.jobId, (counted.get(event.jobId) ?? 0) + 1)
  }
  redis.disconnect()
  return counted
}

async function purifiedHere({ folder }, job) {
  const options = optionsOf(job)
  const images = await datasets.mnist({ split: 'train', limit: options.calibration, seed: options.seed })
  const path = join(folder, 'here.safetensors')
  await (await purify(await loadModel(MODEL), images, options)).save(path)
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

async function report(rows, moments, seconds, counts) {
  const good = rows.filter(row => row.state === 'completed' && row.endings === 1 && row.identical).length
  const repeated = rows.filter(row => row.attempts > 1).length
  await writeResults(values.out, {
    command: `npm run stress:queue -- --jobs ${jobs} --kills ${kills} --workers ${count} --seed ${seed}`,
    about: [
      `${kills} workers of ${count} killed with SIGKILL at random moments while ${jobs} jobs purified the demo's model;`,
      `${good} of them completed, once each, with the bytes of the same purification without a queue.`,
      'attempts: begun; endings: how often the queue recorded the job as completed; identical: to the local run;',
      'kills: jobs that were running and that had ended when a worker was killed',
    ].join(' '),
    seconds: Math.round(seconds),
    jobs,
    good,
    repeated,
    counts,
    kills: moments,
    rows,
  })
  process.stdout.write(
    `${good} of ${jobs} jobs completed once with the same bytes; ${kills} kills, ${repeated} jobs repeated\n`,
  )
  process.exitCode = good === jobs ? 0 : 1
}
