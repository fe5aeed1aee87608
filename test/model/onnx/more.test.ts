// Transformers, gates and integer ops in ONNX and TorchScript, against what PyTorch and onnxruntime made of them
// (test/fixtures/onnx/make_more.py, make_inc.py).
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { loadModel, QuantizedModel } from '../../../lib/index.js'
import { compare } from './runtime.js'

const folder = fileURLToPath(new URL('../../fixtures/onnx/', import.meta.url))
interface Recorded {
  cases: { name: string; shape: [number, number, number]; logits: number[]; quantized?: boolean }[]
}
const recorded = async (name: string) =>
  (JSON.parse(await readFile(join(folder, name), 'utf8')) as Recorded).cases
const cases = [...(await recorded('more.json')), ...(await recorded('inc.json'))]

/** The images of make_more.py: exact in every language. */
const images = (shape: number[]) =>
  Float32Array.from(
    { length: shape.reduce((product, axis) => product * axis, 1) },
    (_, i) => ((i * 7919) % 2003) / 1001.5 - 1,
  )

for (const { name, shape, logits, quantized = false } of cases) {
  t.test(`${name}: the logits that were recorded`, async t => {
    const model = await loadModel(join(folder, `${name}.${name.endsWith('traced') ? 'pt' : 'onnx'}`), {
      inputShape: shape,
    })
    t.equal(model instanceof QuantizedModel, quantized)
    const { data } = await model.forward(images([2, ...shape]), [2, ...shape], { threads: 1 })
    const { difference } = compare(data, Float32Array.from(logits), model.outputs)
    // Rounding to codes has ties, which ONNX rounds to even and Shellac up: one code more or less.
    t.ok(difference <= (quantized ? 2e-2 : 1e-5), `${difference}`)
  })
}
