// Loads mutated files one after the other and reports each: node child.mjs FORMAT SEED FROM COUNT FOLDER. What kills this
// process is found out by fuzz.mjs.
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadModel } from '../../dist/index.js'
import { FORMATS, mutated } from './formats.mjs'
import { randomOf } from './random.mjs'

const [name, seed, from, count, folder] = process.argv.slice(2)
const format = FORMATS[name]
const seeds = await format.seeds(folder)
const path = join(folder, `mutated.${format.ending}`)
/** A model that is no larger than its seeds is run too. */
const LARGEST = 1 << 20

for (let index = Number(from); index < Number(from) + Number(count); index++) {
  const { bytes, options } = mutated(format, seeds, randomOf(Number(seed) * 1_000_003 + index))
  writeFileSync(path, bytes)
  process.send({ begins: index })
  const done = await outcome(options)
  // The file stays until it is kept, where that is asked for.
  const answered = once(process, 'message')
  process.send({ ends: index, ...done })
  await answered
}
process.disconnect()

async function outcome(options) {
  try {
    const model = await loadModel(path, options)
    const { layers = [] } = model.inspect()
    const size = model.inputShape.reduce((product, axis) => product * axis, 1)
    if (size > LARGEST || layers.length > 10_000) return { result: 'valid' }
    const { data } = await model.forward(new Float32Array(size), [1, ...model.inputShape], { threads: 1 })
    return data.length === model.outputs
      ? { result: 'valid' }
      : { result: 'wrong', message: 'another number of logits' }
  } catch (error) {
    const typed = error.name === 'ShellacError' && error.code !== 'ERR_INTERNAL'
    return typed
      ? { result: error.code }
      : { result: 'wrong', message: String(error.stack ?? error).slice(0, 600) }
  }
}
