// Takes inputs of one target one after the other: node child.mjs SETTINGS. What kills this process, or hangs in it, is
// found out by campaign.mjs, which reads the notes.
import { openSync, writeSync } from 'node:fs'
import { inputOf, targetOf } from './targets.mjs'

const { name, folder, notes, seed, first, end, seconds } = JSON.parse(process.argv[2])
/** A fresh process after so many inputs: what leaks shows in the figures, and does not end the run. */
const MOST = 20_000
const WIDTH = 1024

const target = await targetOf(name)
const seeds = await target.seeds(folder)
const file = openSync(notes, 'w')
const noted = { next: first, inputs: 0, slowestMs: 0, slowest: null, mostMiB: 0, results: {} }
const note = () => writeSync(file, JSON.stringify(noted).padEnd(WIDTH), 0)
const until = performance.now() + 1000 * seconds

note()
while (noted.next < end && noted.inputs < MOST && performance.now() < until) {
  const input = inputOf(target, seeds, seed, noted.next)
  const began = performance.now()
  const result = await outcome(input)
  const took = Math.round(performance.now() - began)
  if (took > noted.slowestMs) Object.assign(noted, { slowestMs: took, slowest: noted.next })
  noted.mostMiB = Math.max(noted.mostMiB, Math.round(process.memoryUsage.rss() / 2 ** 20))
  noted.results[result] = (noted.results[result] ?? 0) + 1
  noted.inputs++
  noted.next++
  note()
}
process.exit(0)

/** "valid", a code, or "wrong". */
async function outcome(input) {
  try {
    const problem = await target.run(input, folder)
    return problem === undefined ? 'valid' : await wrong(problem)
  } catch (error) {
    const { code } = error
    const known =
      error.name === 'ShellacError' && code !== 'ERR_INTERNAL' && (target.codes ?? [code]).includes(code)
    return known || target.refuses?.(error) ? code : await wrong(String(error.stack ?? error).slice(0, 800))
  }
}

function wrong(message) {
  return new Promise(resolve => process.send({ index: noted.next, message }, () => resolve('wrong')))
}
