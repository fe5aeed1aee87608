// What export.py wrote, through all that Shellac does with a model: node bench/compatibility/table.mjs FOLDER [NAME ...]
// Makes docs/results/compatibility.json and docs/compatibility.md.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Dataset, loadModel, onnxRunner, purify, quantize, verify } from '../../dist/index.js'
import { readRows, writeResults } from '../lib/results.mjs'
import { page } from './page.mjs'

const FORMATS = [
  'TorchScript, traced',
  'TorchScript, scripted',
  'ONNX, old exporter',
  'ONNX, new exporter',
  'state dict',
]
const IMAGES = 8
const TOLERANCE = 1e-4
/** Parameters beyond which only the first format of a model goes the whole way. */
const LARGE = 3e6
const plain = { mean: [0, 0, 0], deviation: [1, 1, 1] }

/** The bytes of export.py. */
const bytes = (count, side) =>
  Uint8Array.from({ length: count * 3 * side * side }, (_, at) => (at * 7919) % 251)

const calibrationOf = side =>
  new Dataset({
    name: 'patterns',
    pixels: bytes(IMAGES, side),
    shape: [IMAGES, 3, side, side],
    labels: null,
    classes: [],
    normalization: plain,
  })

function difference(found, expected) {
  const largest = Math.max(...expected.map(Math.abs))
  return Math.max(...expected.map((logit, at) => Math.abs(logit - (found[at] ?? Number.NaN)))) / largest
}

/** Without the lists of what is known. */
const reasonOf = error =>
  error.message
    .split('\n')[0]
    .replace(/; expected (one of|the nearest that).*/, '')
    .slice(0, 250)

async function inRuntime(model, path, images, options) {
  await model.save(path)
  return verify(model, await onnxRunner(path), images, { ...options, threads: 1 })
}

/** Every stage until one fails; `failed`: which, and why. `whole`: whether a format of the model went all the way. */
async function row(folder, scratch, whole, { name, size, logits, architecture, parameters }, format, file) {
  const made = { model: name, parameters, format }
  if (file.refused) return { ...made, failed: 'export', reason: file.refused }
  if (format === 'state dict' && !architecture) {
    return {
      ...made,
      failed: 'load',
      reason: 'a state dict has no graph, and the architecture is not built in',
    }
  }
  let stage = 'load'
  try {
    const options = format === 'state dict' ? { architecture } : { inputShape: [3, size, size] }
    const model = await loadModel(join(folder, file.path), options)
    stage = 'logits'
    const shape = [2, 3, size, size]
    const floats = Float32Array.from(bytes(2, size), pixel => pixel / 255)
    made.difference = difference((await model.forward(floats, shape, { threads: 1 })).data, logits)
    if (!(made.difference <= TOLERANCE)) throw new Error(`${made.difference} of the largest logit off`)
    if (parameters > LARGE && whole) return { ...made, failed: null, reason: null }
    const images = calibrationOf(size)
    const common = { calibration: IMAGES, threads: 1, quantizer: 'minmax' }
    stage = 'export'
    made.exported = (
      await inRuntime(model, join(scratch, 'float.onnx'), images, { tolerance: TOLERANCE })
    ).largestRelative
    stage = 'quantize'
    const quantized = await quantize(model, images, { ...common, weightBits: 8, activationBits: 8 })
    const integers = await inRuntime(quantized, join(scratch, 'w8a8.onnx'), images, {})
    Object.assign(made, { w8a8: integers.largestRelative, w8a8Agreement: integers.agreement })
    stage = 'purify'
    const purified = await purify(model, images, {
      ...common,
      weightBits: 4,
      activationBits: 'none',
      pda: false,
    })
    stage = 'verify'
    made.purified = (await inRuntime(purified, join(scratch, 'w4.onnx'), images, {})).largestRelative
    if (!(made.exported <= TOLERANCE && made.purified <= 1e-3)) throw new Error('other logits in onnxruntime')
    return { ...made, failed: null, reason: null }
  } catch (error) {
    return { ...made, failed: stage, reason: reasonOf(error) }
  }
}

const [folder, ...only] = process.argv.slice(2)
const docs = fileURLToPath(new URL('../../docs/', import.meta.url))
const out = join(docs, 'results', 'compatibility.json')
const { versions, models } = JSON.parse(readFileSync(join(folder, 'models.json'), 'utf8'))
const chosen = models.filter(({ name }) => only.length === 0 || only.includes(name.split(' ')[0]))
const scratch = mkdtempSync(join(tmpdir(), 'shellac-compatibility-'))
const rows = (await readRows(out)).filter(row => !chosen.some(({ name }) => name === row.model))
for (const model of chosen) {
  let whole = false
  for (const format of FORMATS) {
    const made = await row(folder, scratch, whole, model, format, model.files[format])
    whole ||= made.purified !== undefined
    console.error(model.name, format, made.failed ? `${made.failed}: ${made.reason}` : 'all')
    rows.push(made)
  }
}
rmSync(scratch, { recursive: true })
const order = ({ model }) => models.findIndex(({ name }) => name === model)
rows.sort((one, other) => order(one) - order(other))
await writeResults(out, {
  command: 'python bench/compatibility/export.py FOLDER && node bench/compatibility/table.mjs FOLDER',
  versions,
  rows,
})
writeFileSync(join(docs, 'compatibility.md'), page(versions, rows))
