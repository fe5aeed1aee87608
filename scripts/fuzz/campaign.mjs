// One target, as many inputs as were asked for. A child process takes them one after the other and notes in a file where
// it is; it is started anew when it dies, takes too long for one input, or takes too much memory.
import { fork } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inputOf, targetOf } from './targets.mjs'

const child = fileURLToPath(new URL('child.mjs', import.meta.url))
const LOOK_MS = 200
const PAGE = 4096

/** Results that are faults of ours. */
export const FAILURES = ['wrong', 'crash', 'hang', 'memory']

export async function campaign(name, folder, plan) {
  const began = performance.now()
  const total = { inputs: 0, seconds: 0, slowestMs: 0, slowest: null, mostMiB: 0, results: {} }
  const end = plan.first + plan.count
  let next = plan.first
  const secondsLeft = () => plan.seconds - (performance.now() - began) / 1000
  const fail = async (result, index, message) => {
    if (result !== 'wrong') total.results[result] = (total.results[result] ?? 0) + 1 // the child counts those
    console.error(`${name} ${plan.seed} ${index}: ${result} ${message}`)
    console.error(`again: npm run fuzz -- --target ${name} --seed ${plan.seed} --first ${index} --count 1`)
    if (plan.keep !== undefined) await keep(name, index, folder, plan)
  }
  while (next < end && secondsLeft() > 0) {
    const ran = await run(name, folder, { ...plan, first: next, end, seconds: secondsLeft() }, fail)
    add(total, ran)
    next = ran.next
  }
  total.seconds = Math.round((performance.now() - began) / 100) / 10
  return total
}

function add(total, { inputs, slowestMs, slowest, mostMiB, results }) {
  total.inputs += inputs
  if (slowestMs > total.slowestMs) Object.assign(total, { slowestMs, slowest })
  total.mostMiB = Math.max(total.mostMiB, mostMiB)
  for (const [result, count] of Object.entries(results))
    total.results[result] = (total.results[result] ?? 0) + count
}

async function keep(name, index, folder, { seed, keep: into }) {
  mkdirSync(into, { recursive: true })
  const target = await targetOf(name)
  const seeds = await target.seeds(folder)
  target.keep(inputOf(target, seeds, seed, index), join(into, `${name}-${seed}-${index}`))
}

/** One process, until it is through or dies. */
function run(name, folder, { seed, first, end, seconds, limit, memory }, fail) {
  return new Promise((resolve, reject) => {
    const notes = join(folder, 'notes.json')
    rmSync(notes, { force: true })
    const settings = JSON.stringify({ name, folder, notes, seed, first, end, seconds })
    const process = fork(child, [settings], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    const failures = []
    const watch = watched(process, notes, { limit, memory })
    let noise = ''
    process.stderr.on('data', text => {
      noise = (noise + text).slice(-2000)
    })
    process.on('message', ({ index, message }) => failures.push(fail('wrong', index, message)))
    process.on('close', async (code, signal) => {
      clearInterval(watch.timer)
      await Promise.all(failures)
      const ran = read(notes)
      if (code === 0) return resolve(ran)
      if (ran === null) return reject(new Error(`${name}: nothing was tried: ${signal ?? code} ${noise}`))
      await fail(watch.ended ?? 'crash', ran.next, `${signal ?? code} ${noise}`)
      resolve({ ...ran, inputs: ran.inputs + 1, next: ran.next + 1 })
    })
  })
}

/** Ends the process, and says why. */
function watched(process, notes, { limit, memory }) {
  const watch = { ended: undefined, timer: undefined }
  let [index, since] = [undefined, performance.now()]
  const end = why => {
    watch.ended ??= why
    process.kill('SIGKILL')
  }
  watch.timer = setInterval(() => {
    const now = read(notes)?.next
    if (now !== index) [index, since] = [now, performance.now()]
    // Before the first input it makes its seeds.
    if (performance.now() - since > 1000 * (index === undefined ? limit + 60 : limit)) end('hang')
    if (index !== undefined && residentMiB(process.pid) > memory) end('memory')
  }, LOOK_MS)
  return watch
}

/** What the child noted; null before it did. */
function read(notes) {
  try {
    return JSON.parse(readFileSync(notes, 'utf8'))
  } catch {
    return null
  }
}

function residentMiB(pid) {
  try {
    return (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE) / 2 ** 20
  } catch {
    return 0 // no Linux, or gone
  }
}
