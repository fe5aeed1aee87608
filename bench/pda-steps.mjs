// How many steps of PDA are enough:
//   node bench/pda-steps.mjs MODEL [--cifar10 DIR] [--trigger square] [--steps 500,20,5,2,1,0] [--seeds 0,1,2]
//     [--activation-bits none] [--quantizer attacker] > docs/results/pda-steps.json
//
// Purifies the model with 500 steps and with fewer, and prints one row for each number of steps and seed: how much of the
// gap of the BN statistics PDA closes, accuracy and attack success.
import { parseArgs } from 'node:util'
import { datasets, loadModel, measure, parseTrigger, purify } from '../dist/index.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cifar10: { type: 'string' },
    calibration: { type: 'string', default: '1024' },
    trigger: { type: 'string', default: 'square' },
    steps: { type: 'string', default: '500,20,10,5,3,2,1,0' },
    seeds: { type: 'string', default: '0,1,2' },
    'weight-bits': { type: 'string', default: '4' },
    'activation-bits': { type: 'string', default: 'none' },
    quantizer: { type: 'string', default: 'attacker' },
    threads: { type: 'string', default: '0' },
  },
})

const open = (split, limit) =>
  values.cifar10 ? datasets.cifar10(values.cifar10, { split, limit }) : datasets.mnist({ split, limit })
const threads = Number(values.threads)
const model = await loadModel(positionals[0])
const calibration = await open('train', Number(values.calibration))
const test = await open('test')
const trial = { trigger: parseTrigger(values.trigger), target: 0, threads }
const bits = name => (values[name] === 'none' ? 'none' : Number(values[name]))
const percent = share => Number((100 * share).toFixed(3))
const mean = list => list.reduce((sum, each) => sum + each, 0) / list.length

const rows = []
for (const seed of values.seeds.split(',').map(Number)) {
  let official
  for (const steps of values.steps.split(',').map(Number)) {
    const begin = performance.now()
    const purified = await purify(model, calibration, {
      weightBits: bits('weight-bits'),
      activationBits: bits('activation-bits'),
      quantizer: values.quantizer,
      seed,
      threads,
      ...(steps === 0 ? { pda: false } : { pda: true, pdaSteps: steps }),
    })
    const seconds = (performance.now() - begin) / 1000
    const closed = purified.report.units
      .filter(unit => unit.pda)
      .map(unit => (unit.pdaBefore - unit.pdaAfter) / unit.pdaBefore)
    official ??= closed
    const shares = closed.map((share, unit) => share / official[unit])
    const { ba, asr } = await measure(purified, test, trial)
    rows.push({
      steps,
      seed,
      gapClosed: steps === 0 ? 0 : percent(mean(closed)),
      ofThatAt500: steps === 0 ? 0 : percent(mean(shares)),
      leastUnit: steps === 0 ? 0 : percent(Math.min(...shares)),
      ba,
      asr,
      seconds: Number(seconds.toFixed(1)),
    })
    process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`)
  }
}
process.stdout.write(
  `${JSON.stringify({ model: positionals[0], ...values, cifar10: undefined, rows }, null, 2)}\n`,
)
