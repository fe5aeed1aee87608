// How many steps of PDA are enough: `node bench/pda-steps.mjs MODEL [--cifar10 DIR] [--size PIXELS]`, for docs/pda-steps.md.
//
// Purifies the model with 500 steps and with fewer, at 4 bits, weights only, and prints one row for each: how much of the
// gap of the BN statistics PDA closes, how many codes differ from those at 500 steps, accuracy and attack success.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { datasets, loadModel, measure, purify, triggers } from '../dist/index.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cifar10: { type: 'string' },
    calibration: { type: 'string', default: '512' },
    test: { type: 'string', default: '2000' },
    size: { type: 'string', default: '3' },
    steps: { type: 'string', default: '500,200,100,50,20,10,5,2,0' },
    bits: { type: 'string', default: '4' },
    quantizer: { type: 'string', default: 'minmax' },
  },
})

const open = (split, limit) =>
  values.cifar10 ? datasets.cifar10(values.cifar10, { split, limit }) : datasets.mnist({ split, limit })
const model = await loadModel(positionals[0])
const calibration = await open('train', Number(values.calibration))
const test = await open('test', Number(values.test))
const trigger = triggers.square({ size: Number(values.size) })

/** Every code of a saved model, in order. */
async function codes(purified) {
  const folder = await mkdtemp(join(tmpdir(), 'pda-'))
  try {
    const path = join(folder, 'model.safetensors')
    await purified.save(path)
    const file = await readFile(path)
    const start = 8 + Number(file.readBigUInt64LE(0))
    const header = JSON.parse(file.subarray(8, start).toString())
    const integers = Object.entries(header).filter(([, tensor]) => ['I8', 'U8'].includes(tensor.dtype))
    return Buffer.concat(
      integers.map(
        ([
          ,
          {
            data_offsets: [from, to],
          },
        ]) => file.subarray(start + from, start + to),
      ),
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

const rows = []
let first
for (const steps of values.steps.split(',').map(Number)) {
  const begin = performance.now()
  const purified = await purify(model, calibration, {
    weightBits: Number(values.bits),
    activationBits: 'none',
    quantizer: values.quantizer,
    ...(steps === 0 ? { pda: false } : { pda: true, pdaSteps: steps }),
  })
  const seconds = (performance.now() - begin) / 1000
  const moved = purified.report.units.filter(unit => unit.pda)
  const closed = moved.map(unit => (unit.pdaBefore - unit.pdaAfter) / unit.pdaBefore)
  const found = await codes(purified)
  first ??= { closed, codes: found }
  const { ba, asr } = await measure(purified, test, { trigger, target: 0 })
  const percent = x => Number((100 * x).toFixed(3))
  const mean = list => list.reduce((a, b) => a + b, 0) / list.length
  rows.push({
    steps,
    gapClosed: moved.length ? percent(mean(closed)) : 0,
    ofThatAt500: moved.length ? percent(mean(closed.map((share, i) => share / first.closed[i]))) : 0,
    leastUnit: moved.length ? percent(Math.min(...closed.map((share, i) => share / first.closed[i]))) : 0,
    codesThatDiffer: percent(found.filter((code, i) => code !== first.codes[i]).length / found.length),
    ba,
    asr,
    seconds: Number(seconds.toFixed(1)),
  })
  console.error(rows.at(-1))
}
console.log(JSON.stringify({ model: positionals[0], ...values, rows }, null, 2))
