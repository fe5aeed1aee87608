// A gate: may this model be deployed? Writes what it found, a report, and purified files; exit code 0 yes, 3 no.
//   node examples/guides/vet.mjs MODEL --data D --out DIR [--quantized VENDORS-FILE] [--bits 4] [--images N] [--steps N]
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { audit, datasets, loadModel, purify, QuantizedModel, report, verify } from 'shellac-torch'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: 'mnist' },
    quantized: { type: 'string' },
    out: { type: 'string', default: 'vetted' },
    bits: { type: 'string', default: '4' },
    images: { type: 'string', default: '512' },
    steps: { type: 'string', default: '120' },
  },
})
const [path] = positionals
if (path === undefined) throw new Error('which model? node vet.mjs MODEL --data D --out DIR')
await mkdir(values.out, { recursive: true })
const keep = (name, found) => writeFile(join(values.out, name), JSON.stringify(found))
const search = { images: Number(values.images), steps: Number(values.steps) }
const rounding = { weightBits: Number(values.bits), activationBits: 'none' }

const model = await loadModel(path)
const images =
  values.data === 'mnist'
    ? await datasets.mnist({ split: 'train', limit: 1024 })
    : await datasets.imageFolder(values.data, { size: model.inputShape[1], limit: 1024 })

// 1. What would be deployed: the vendor's file where there is one, otherwise what Shellac makes.
const vendors = values.quantized === undefined ? null : await loadModel(values.quantized)
if (vendors && !(vendors instanceof QuantizedModel)) throw new Error(`${values.quantized} is not quantized`)
const purified = await purify(model, images, { ...rounding, quantizer: 'attacker' })
await purified.save(join(values.out, 'purified.onnx'))
await keep('purify.json', { ...purified.report, out: 'purified.onnx' })
const candidate = vendors ?? purified

// 2. Does rounding wake something in the candidate that sleeps in the original?
const found = await audit(model, images, { ...rounding, ...search, quantized: candidate })
await keep('audit.json', { ...found, run: runOf({ quantized: candidate.name }) })

// 3. Is the candidate the same network at all? It should give most images the same class.
const same = await verify(model, candidate, images.take(256), { tolerance: 1, agreement: 90 })
await keep('verify.json', same)

// 4. One page for people, one line and an exit code for machines.
const { headline } = await report(values.out, { out: join(values.out, 'report.html') })
const allowed = found.verdict === 'clean' && same.agreement >= 90
console.log(
  JSON.stringify({
    allowed,
    verdict: found.verdict,
    class: found.className,
    agreement: same.agreement,
    headline,
  }),
)
process.exitCode = allowed ? 0 : 3

/** How the report knows that an audit was of the file to be deployed. */
function runOf(options) {
  return { shellac: 'vet.mjs', command: 'audit', arguments: [path], options }
}
