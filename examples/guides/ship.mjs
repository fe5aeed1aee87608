// From a full-precision model to a quantized one in an application: purify, check the file, run it in onnxruntime.
//   node examples/guides/ship.mjs [--model F.safetensors] [--calibration N] [--out DIR]
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { datasets, loadModel, onnxRunner, purify, ShellacError, verify } from 'shellac-torch'

const { values } = parseArgs({
  options: {
    model: {
      type: 'string',
      default: fileURLToPath(new URL('../models/mnist-qu-anti-zation.safetensors', import.meta.url)),
    },
    calibration: { type: 'string', default: '512' },
    out: { type: 'string', default: 'shipped' },
  },
})
await mkdir(values.out, { recursive: true })

// Load: nothing in the file is executed. Calibrate on images of your own; labels are not needed.
const model = await loadModel(values.model)
const calibration = await datasets.mnist({ split: 'train', limit: Number(values.calibration) })

// Purify: off the main thread. A signal stops it, and the promise rejects with ERR_ABORTED.
const giveUp = AbortSignal.timeout(10 * 60_000)
const purified = await purify(model, calibration, {
  weightBits: 4,
  activationBits: 'none',
  quantizer: 'attacker',
  signal: giveUp,
  onProgress: ({ stage, unit, units, etaSeconds }) =>
    process.stderr.write(`\r${stage} ${unit}/${units}, ${Math.ceil(etaSeconds ?? 0)} s left   `),
})
process.stderr.write('\n')

// Keep both: Shellac's own file holds the history, the ONNX file is what is deployed.
const onnx = join(values.out, 'model.onnx')
await purified.save(join(values.out, 'model.safetensors'))
await purified.save(onnx)

// Verify: the file, in the engine that will run it, gives the same logits.
const test = await datasets.mnist({ split: 'test', limit: 200 })
const check = await verify(purified, await onnxRunner(onnx), test)
if (!check.equal) throw new Error(`${onnx} differs by ${check.largestRelative}`)

// Run: onnxruntime alone, without Shellac. Images are read as the model's file says.
const { mean, deviation } = purified.normalization ?? test.normalization
const [, channels, height, width] = test.shape
const plane = height * width
const image = Float32Array.from(
  { length: channels * plane },
  (_, at) => (test.pixels[at] / 255 - mean[Math.floor(at / plane)]) / deviation[Math.floor(at / plane)],
)
const session = await InferenceSession.create(onnx)
const feeds = { [session.inputNames[0]]: new Tensor('float32', image, [1, channels, height, width]) }
const logits = (await session.run(feeds))[session.outputNames[0]].data
const digit = logits.indexOf(Math.max(...logits))

// Stop: what a user's cancel button does.
const cancelled = await purify(model, calibration, { signal: AbortSignal.abort() }).catch(error => error)
if (!(cancelled instanceof ShellacError) || cancelled.code !== 'ERR_ABORTED') throw cancelled

console.log(JSON.stringify({ files: values.out, agreement: check.agreement, digit, label: test.labels[0] }))
