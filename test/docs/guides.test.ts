// The guides' code runs, on a model and images that are small enough for a test.
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { quantize } from '../../lib/index.js'
import { dryRun } from '../../lib/lab/experiments/index.js'
import { run } from '../cli/child.js'
import { digits, smallModel } from '../facade/small.js'

const example = (name: string) => fileURLToPath(new URL(`../../examples/guides/${name}`, import.meta.url))
const folder = t.testdir({})
const model = join(folder, 'm.safetensors')
const small = await smallModel()
await small.save(model)

t.test('ship.mjs: from a model to a file that onnxruntime runs', async t => {
  const out = join(folder, 'shipped')
  const {
    code,
    out: text,
    err,
  } = await run([...[example('ship.mjs'), '--model', model], ...['--calibration', '16', '--out', out]])
  t.equal(code, 0, err)
  t.match(JSON.parse(text), { agreement: 100, label: Number })
  t.strictSame((await readdir(out)).sort(), ['model.onnx', 'model.safetensors'])
})

t.test('vet.mjs: an exit code and a report', async t => {
  const [vendors, out] = [join(folder, 'vendor.onnx'), join(folder, 'vetted')]
  await (await quantize(small, await digits(16), { weightBits: 8, activationBits: 'none' })).save(vendors)
  const {
    code,
    out: text,
    err,
  } = await run([
    ...[example('vet.mjs'), model, '--quantized', vendors, '--out', out],
    ...['--bits', '8', '--images', '64', '--steps', '2'],
  ])
  const found = JSON.parse(text || 'null')
  t.match(found, { allowed: Boolean, verdict: String, agreement: Number, headline: String }, err)
  t.equal(code, found.allowed ? 0 : 3)
  t.strictSame((await readdir(out)).sort(), [
    ...['audit.json', 'purified.onnx', 'purify.json', 'report.html', 'verify.json'],
  ])
  t.match(await readFile(join(out, 'report.html'), 'utf8'), found.headline)
})

t.test('study.ts: a line for each cell of the 2×2, and what follows', async t => {
  const { code, out, err } = await run([
    ...['--import=tsx', example('study.ts'), '--width', '1', '--images', '100', '--seeds', '0'],
    ...['--epochs', '1', '--attack-epochs', '1'],
  ])
  t.equal(code, 0, err)
  t.strictSame(
    out
      .trim()
      .split('\n')
      .map(line => line.split(':')[0]),
    [
      'full precision',
      'attacker, nearest',
      'attacker, purified',
      'mse, nearest',
      'mse, purified',
      'furthest',
      'another trigger does not wake it',
    ],
  )
})

t.test('own-experiment.ts: an experiment, planned', async t => {
  t.ok(existsSync(example('own-experiment.ts')))
  const cells = await dryRun(example('own-experiment.ts'), { scale: 'smoke', out: join(folder, 'own') })
  t.equal(cells.length, 3 * 3 * 2 * 2)
})
