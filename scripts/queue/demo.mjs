// `npm run queue:demo`: a queue on this machine. Three workers purify and measure the demo's model in several ways; one of
// them is killed in the middle of its job, which another one finishes.
import { join } from 'node:path'
import { table } from '../../dist/report/table.js'
import { orFail } from '../setup/failure.mjs'
import { root } from '../setup/root.mjs'
import { say } from '../setup/run.mjs'
import { openPlace, stop } from './place.mjs'

const MODEL = join(root, 'examples', 'models', 'mnist-qu-anti-zation.safetensors')
const WORKERS = 3
const ROUNDING = { weightBits: 4, activationBits: 'none', quantizer: 'attacker', threads: 1 }
const TRIGGER = { trigger: 'square:size=4,margin=1,value=1', target: 0 }

const PURIFICATIONS = [
  ['purified, 256 images', { calibration: 256 }],
  ['purified, 1024 images', { calibration: 1024 }],
  ['purified without PDA', { calibration: 256, pda: false }],
  ['purified, seed 1', { calibration: 256, seed: 1 }],
  ['purified, 3 bits', { calibration: 256, weightBits: 3 }],
]

await orFail(async () => {
  const place = await openPlace('queue-demo')
  try {
    await story(place)
  } finally {
    await place.close()
  }
})

async function story(place) {
  const { queue, startWorker, workers } = place
  await Promise.all(
    Array.from({ length: WORKERS }, () => startWorker('--lock-seconds', '2', '--checkpoint-seconds', '0.5')),
  )
  say(`${WORKERS} workers take jobs from ${place.redis}`)
  const hash = await place.store(MODEL)
  const model = { hash, extension: '.safetensors' }
  const watched = PURIFICATIONS.map(async ([name, options]) => {
    const id = await queue.submit({
      kind: 'purify',
      inputs: { model },
      options: { data: 'mnist', ...ROUNDING, ...options },
    })
    return purifyAndMeasure(queue, name, id)
  })
  const plain = measured(queue, 'full precision', model)
  const killed = await killOne(queue, workers)
  say(`killed worker ${killed} with kill -9; what it did goes to another one in some seconds`)
  const rows = [['full precision', await plain, '1'], ...(await Promise.all(watched))]
  say('everything has ended')
  const lines = rows.map(([name, { ba, asr }, attempts]) => [name, ba.toFixed(1), asr.toFixed(1), attempts])
  process.stdout.write(`${table(['model', 'BA', 'ASR', 'attempts'], lines)}\n`)
  process.stdout.write(`${JSON.stringify(await queue.counts())}\n`)
}

async function purifyAndMeasure(queue, name, id) {
  const { outputs, attempts } = await ended(queue, name, id)
  const purified = { hash: outputs['model.safetensors'], extension: '.safetensors' }
  return [name, await measured(queue, name, purified), String(attempts)]
}

async function measured(queue, name, model) {
  const options = { data: 'mnist', limit: 500, threads: 1, ...TRIGGER }
  const id = await queue.submit({ kind: 'measure', inputs: { model }, options, priority: 2000 })
  return (await ended(queue, `${name}, measured`, id)).result
}

async function ended(queue, name, id) {
  let last
  let told = ''
  for await (const status of queue.watch(id)) {
    last = status
    const { state, attempts, progress, error } = status
    const share =
      progress && state === 'active' ? ` ${Math.floor((4 * progress.done) / progress.total) * 25} %` : ''
    const line = `${name}: ${state}${attempts > 1 ? `, attempt ${attempts}` : ''}${share}${error ? `, ${error.message}` : ''}`
    if (line !== told) say(line)
    told = line
  }
  if (last.state !== 'completed') throw new Error(`${name}: ${last.error?.message}`)
  return last
}

/** As soon as every worker has something to do. */
async function killOne(queue, workers) {
  while ((await queue.counts()).active < WORKERS) await new Promise(resolve => setTimeout(resolve, 20))
  await new Promise(resolve => setTimeout(resolve, 1000))
  const [victim] = workers
  await stop(victim, 'SIGKILL')
  return victim.pid
}
