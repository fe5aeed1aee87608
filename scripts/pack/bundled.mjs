// What is bundled: without data sets, which lie in files of their own. Prints one JSON object.
import 'shellac-torch/linux-x64'
import { createModel, Dataset, measure, purify } from 'shellac-torch'

const model = await createModel('resnet18', { width: 4, channels: 1, inputSize: 28 })
const images = new Dataset({
  name: 'stripes',
  pixels: Uint8Array.from({ length: 32 * 784 }, (_, at) => (at * 37) % 256),
  shape: [32, 1, 28, 28],
  labels: Int32Array.from({ length: 32 }, (_, at) => at % 10),
  classes: [...'0123456789'],
  normalization: { mean: [0.5], deviation: [0.5] },
})
const purified = await purify(model, images, { calibration: 16, columns: 64, threads: 1 })
await purified.save('purified.onnx')
const { ba } = await measure(purified, images, { threads: 1 })
const { sharedObjects } = process.report.getReport()
process.stdout.write(JSON.stringify({ node: process.versions.node, ba, opened: sharedObjects }))
