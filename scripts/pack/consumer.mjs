// What a user's program does with the installed package: runs in an empty folder, `node consumer.mjs`. Prints one JSON
// object.
import { createRequire } from 'node:module'

const shellac = await import('shellac-torch')

const opened = () => process.report.getReport().sharedObjects.filter(name => /torch|shellac|c10/.test(name))
const openedByImport = opened()
const { createModel, datasets, measure, purify } = shellac
const model = await createModel('resnet18', { width: 4, channels: 1, inputSize: 28 })
const images = await datasets.mnist({ limit: 32 })
const started = performance.now()
const purified = await purify(model, images, { calibration: 16, columns: 64, threads: 1 })
const { ba } = await measure(purified, images, { threads: 1 })
const required = createRequire(import.meta.url)('shellac-torch')

process.stdout.write(
  JSON.stringify({
    node: process.version,
    openedByImport,
    ba,
    seconds: (performance.now() - started) / 1000,
    sameByRequire: required.purify === purify,
    opened: opened(),
  }),
)
