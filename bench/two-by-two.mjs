// What purification does to a backdoored model: {attacker's quantizer, ours} × {nearest rounding, purified}, weights only
// and with 4-bit values, by each solver, as the rows of an experiment (JSON on stdout, progress on stderr):
//   node bench/two-by-two.mjs MODEL --cifar10 DIR [--trigger square] [--target 0] [--solvers closed-form]
//     [--iterations 10000] [--pda on,off] [--quantizers attacker,mse] [--bits W4,W4A4] [--seeds 0] [--device cpu]
import { parseArgs } from 'node:util'
import { datasets, loadModel, measure, parseTrigger, purify, quantize } from '../dist/index.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cifar10: { type: 'string' },
    trigger: { type: 'string', default: 'square' },
    target: { type: 'string', default: '0' },
    solvers: { type: 'string', default: 'closed-form' },
    iterations: { type: 'string', default: '10000' },
    pda: { type: 'string', default: 'on' },
    quantizers: { type: 'string', default: 'attacker,mse' },
    bits: { type: 'string', default: 'W4,W4A4' },
    seeds: { type: 'string', default: '0' },
    threads: { type: 'string', default: '0' },
    device: { type: 'string', default: 'cpu' },
  },
})

const { device } = values
const threads = Number(values.threads)
const open = (split, limit) =>
  values.cifar10 ? datasets.cifar10(values.cifar10, { split, limit }) : datasets.mnist({ split, limit })
const model = await loadModel(positionals[0])
const calibration = await open('train', 1024)
const test = await open('test')
const trial = { trigger: parseTrigger(values.trigger), target: Number(values.target), threads, device }
const rows = []

async function row(facts, which, reference, seconds) {
  const { ba, asr, der = null } = await measure(which, test, { ...trial, reference })
  const rounded = number => (number === null ? null : Math.round(number * 100) / 100)
  rows.push({ ...facts, ba: rounded(ba), asr: rounded(asr), der: rounded(der), seconds: rounded(seconds) })
  process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`)
}

async function timed(work) {
  const begin = performance.now()
  const result = await work()
  return [result, (performance.now() - begin) / 1000]
}

const attack = 'qu-anti-zation'
await row(
  { attack, defence: 'none', bits: 'full precision', quantizer: null, seed: null },
  model,
  undefined,
  0,
)
for (const quantizer of values.quantizers.split(','))
  for (const bits of values.bits.split(',')) {
    const settings = { weightBits: 4, activationBits: bits === 'W4' ? 'none' : 4, quantizer, threads, device }
    const [plain, quick] = await timed(() => quantize(model, calibration, settings))
    await row({ attack, defence: 'nearest', bits, quantizer, seed: null }, plain, undefined, quick)
    for (const solver of values.solvers.split(','))
      for (const pda of values.pda.split(','))
        for (const seed of values.seeds.split(',').map(Number)) {
          const options = {
            ...settings,
            solver,
            seed,
            pda: pda === 'on',
            iterations: Number(values.iterations),
          }
          const [purified, seconds] = await timed(() => purify(model, calibration, options))
          const name = solver === 'closed-form' ? solver : `${solver}, ${values.iterations} iterations`
          const defence = pda === 'on' ? name : `${name}, without PDA`
          await row({ attack, defence, bits, quantizer, seed }, purified, plain, seconds)
        }
  }
process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
