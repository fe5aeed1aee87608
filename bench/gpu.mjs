// Shellac on a GPU, checked and measured: `npm run bench:gpu -- [--quick] [--cifar10 DIR] [--device cuda:N] [--out FILE]`
//
// First doctor's word on the device. Then the same models, images and seeds on the CPU and on the device: how far the
// results of forward, quantize and purify are from each other (of the trained model of the demo, since the logits of an
// untrained one are so alike that rounding alone decides between them), and how long they take. Ends with 1 where there
// is no such device, or where results are further apart than the target.
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { datasets, loadModel } from '../dist/index.js'
import { doctor } from '../dist/native/doctor.js'
import { tryDevice } from '../dist/native/try-device.js'
import { images } from './lib/images.mjs'
import { pairs } from './lib/pairs.mjs'
import { parityRows, timeRows } from './lib/parity.mjs'
import { writeResults } from './lib/results.mjs'
import { settledModel, widthOf } from './lib/subject.mjs'
import { missed, table } from './lib/table.mjs'

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'cuda' },
    quick: { type: 'boolean', default: false },
    cifar10: { type: 'string', default: process.env.SHELLAC_CIFAR10 },
    out: { type: 'string', default: 'docs/results/gpu.json' },
  },
})
const { device, quick, cifar10, out } = values
const log = text => process.stderr.write(`${text}\n`)

const { problems, libtorch } = await doctor()
for (const { what, remedy } of problems) log(`doctor: ${what}; ${remedy}`)
const probe = await tryDevice(device)
log(
  `libtorch ${libtorch.find(one => one.ok)?.version ?? 'none'}; device ${device}: ${probe.works ? 'works' : probe.why}`,
)
if (!probe.works) {
  log(`There is no device '${device}' to measure here, so nothing was measured. See: npx shellac doctor`)
  process.exit(1)
}

const width = widthOf(quick)
const count = quick ? 128 : 1024
const dataset = await images(count, cifar10)
const model = await settledModel('resnet18', { width }, dataset, 0)
const digits = await datasets.mnist({ limit: count })
const trained = await loadModel(
  fileURLToPath(new URL('../examples/models/mnist-qu-anti-zation.safetensors', import.meta.url)),
)
const rows = [
  ...(await parityRows({ model: trained, dataset: digits, device })).map(
    about(`the demo's model, ${count} images of MNIST`),
  ),
  ...(await timeRows({ model, dataset, device, pairs, quick, log })).map(
    about(`ResNet-18, width ${width}, ${count} images of ${dataset.name}`),
  ),
]
await writeResults(out, { command: `npm run bench:gpu${quick ? ' -- --quick' : ''}`, device, rows })
process.stdout.write(`${table(rows)}\n`)
process.exitCode = rows.some(missed) ? 1 : 0

function about(words) {
  return row => ({ ...row, about: words })
}
