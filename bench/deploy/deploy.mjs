// A backdoored model on its way to a device: what Shellac writes and what onnxruntime's own quantizer writes, both run by
// onnxruntime-node, against our own forward pass.
//   node bench/deploy/deploy.mjs MODEL --out docs/results/NAME.json [--cifar10 DIR] [--trigger square] [--target 0]
//     [--limit 10000] [--only full,w4-purified] [--python python3] [--keep FOLDER]
// --python: one that has onnxruntime and onnx; without it there are no rows of vendors.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { datasets, loadModel, onnxRunner, parseTrigger, purify, quantize } from '../../dist/index.js'
import { writeResults } from '../lib/results.mjs'
import { agreement, classesOf, plain, scoresOf, triggered } from './scores.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    cifar10: { type: 'string' },
    trigger: { type: 'string', default: 'square' },
    target: { type: 'string', default: '0' },
    limit: { type: 'string', default: '10000' },
    python: { type: 'string' },
    only: { type: 'string' },
    keep: { type: 'string' },
    threads: { type: 'string', default: '0' },
  },
})
const threads = Number(values.threads)
const open = (split, limit) =>
  values.cifar10 ? datasets.cifar10(values.cifar10, { split, limit }) : datasets.mnist({ split, limit })
const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'shellac-deploy-'))
mkdirSync(folder, { recursive: true })
const model = await loadModel(positionals[0])
const calibration = await open('train', 1024)
const test = await open('test', Number(values.limit))
const { normalization } = model
const [clean, attacked] = [plain(test), triggered(test, parseTrigger(values.trigger))]
const rows = []

const own = model => ({ run: (data, shape) => model.forward(data, shape, { threads }) })

/** One file in both engines. `ours`: what our forward pass runs. */
async function row(facts, path, ours) {
  const engines = [own(ours), await onnxRunner(path, { threads })]
  const found = []
  for (const engine of engines) {
    const classes = []
    for (const images of [clean, attacked])
      classes.push(await classesOf(engine, images, test.shape, normalization))
    found.push({ classes, ...scoresOf(...classes, test.labels, Number(values.target)) })
  }
  const [shellac, runtime] = found
  const rounded = number => Math.round(number * 100) / 100
  rows.push({
    ...facts,
    ba: rounded(runtime.ba),
    asr: rounded(runtime.asr),
    baShellac: rounded(shellac.ba),
    asrShellac: rounded(shellac.asr),
    agreement: rounded(agreement(shellac.classes[0], runtime.classes[0])),
    agreementTriggered: rounded(agreement(shellac.classes[1], runtime.classes[1])),
  })
  process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`)
}

const wanted = name => !values.only || values.only.split(',').includes(name)

async function exported(facts, name, make) {
  if (!wanted(name)) return
  const model = await make()
  const path = join(folder, `${name}.onnx`)
  await model.save(path)
  await row(facts, path, model)
}

const w4 = { weightBits: 4, activationBits: 'none', quantizer: 'attacker', threads }
const w4a8 = { ...w4, activationBits: 8 }
const w8a8 = { weightBits: 8, activationBits: 8, quantizer: 'minmax', threads }
const purified = options => () => purify(model, calibration, options)
const by = { by: 'shellac purify', format: 'QDQ' }
await exported({ by: 'nobody', bits: 'float32', format: 'ONNX' }, 'full', async () => model)
await exported({ by: 'shellac quantize', bits: 'W4', format: 'QDQ' }, 'w4', () =>
  quantize(model, calibration, w4),
)
await exported({ ...by, bits: 'W4' }, 'w4-purified', purified(w4))
await exported({ ...by, bits: 'W4A8' }, 'w4a8-purified', purified(w4a8))
await exported({ ...by, bits: 'W8A8' }, 'w8a8-purified', purified(w8a8))

const VENDORS = [
  ['qdq-int8', 'W8A8', 'QDQ, a scale a channel'],
  ['qoperator-int8', 'W8A8', 'QOperator, a scale a channel'],
  ['qdq-int4', 'W4A8', 'QDQ, a scale a tensor'],
  ['qdq-int4-channel', 'W4A8', 'QDQ, a scale a channel'],
]

async function vendors() {
  const { mean, deviation } = normalization
  const plane = calibration.shape[2] * calibration.shape[3]
  const floats = plain(calibration.take(256)).map((value, at) => {
    const channel = Math.floor(at / plane) % calibration.shape[1]
    return (value - mean[channel]) / deviation[channel]
  })
  writeFileSync(join(folder, 'calibration.f32'), new Uint8Array(floats.buffer))
  const script = fileURLToPath(new URL('vendor.py', import.meta.url))
  const { status } = spawnSync(values.python, [script, folder], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`${values.python} ${script} ended with ${status}`)
  for (const [name, bits, format] of VENDORS) {
    const path = join(folder, `${name}.onnx`)
    if (existsSync(path))
      await row({ by: "onnxruntime's quantizer", bits, format }, path, await loadModel(path))
  }
}
if (values.python) await vendors()
if (values.out) {
  const command = `node bench/deploy/deploy.mjs ${positionals[0]}${values.cifar10 ? ' --cifar10 DIR' : ''} --trigger ${values.trigger} --target ${values.target}`
  await writeResults(values.out, {
    command: `${command} --limit ${values.limit} --python python3`,
    images: test.name,
    count: test.count,
    rows,
  })
}
