// Every kind of `shellac analyse` on a small model: what it finds, and its picture; then the command itself.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import type { Finding } from '../../lib/cli/analyses/analysis.js'
import { analyses } from '../../lib/cli/analyses/index.js'
import { requirePictureFile, writePicture } from '../../lib/cli/analyses/picture-file.js'
import { purify } from '../../lib/index.js'
import { digits, smallModel } from '../facade/small.js'
import { shellac } from './child.js'

const folder = t.testdir({})
const [model, purified] = [join(folder, 'm.safetensors'), join(folder, 'p.safetensors')]
const small = await smallModel()
await small.save(model)
const rounding = { weightBits: 4, activationBits: 'none', quantizer: 'attacker', threads: 1 } as const
await (await purify(small, await digits(16), { ...rounding, pda: false, columns: 200 })).save(purified)

const kinds = new Map((await analyses()).map(kind => [kind.name, kind]))
for (const [name, { source }] of kinds) t.match(source, /et al\./, `${name} has a source`)
const ROUNDED = [
  '--weight-bits',
  '4',
  '--activation-bits',
  'none',
  '--quantizer',
  'attacker',
  '--threads',
  '1',
]
const LOOKED = ['--limit', '60', '--calibration', '16', ...ROUNDED, '--purified', purified]
const ATTACK = ['--trigger', 'square:size=4', '--target', '0', ...LOOKED]

const context = { signal: new AbortController().signal, onProgress: () => {} }

function parsed(name: string, flags: string[]): Record<string, unknown> {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} })
  kinds.get(name)!.addTo(command)
  return command.parse(flags, { from: 'user' }).opts()
}

const found = (name: string, ...flags: string[]): Promise<Finding> =>
  kinds.get(name)!.run(context, parsed(name, ['--data', 'mnist', ...flags]), model)

/** A head and as many cells in each line; a picture that sharp can draw. */
async function told(t: Test, { table: [head = [], ...rows], picture }: Finding): Promise<string> {
  t.ok(rows.length > 0 && rows.every(row => row.length === head.length), 'a whole table')
  const svg = await picture()
  const { width = 0 } = await sharp(Buffer.from(svg)).metadata()
  t.ok(width > 200, 'a picture')
  return svg
}

t.test('importance: both definitions, the modified one less the benign part', async t => {
  const finding = await found('importance', ...ATTACK, '--neurons', '12', '--images', '20', '--shown', '3')
  await told(t, finding)
  const { neurons, silent } = finding.result as { neurons: Importance[]; silent: number }
  t.equal(neurons.length + silent, 12)
  t.ok(finding.table.length <= 4)
  for (const [at, one] of neurons.entries()) {
    t.equal(one.modified, one.original - one.benign)
    t.ok(at === 0 || neurons[at - 1]!.original >= one.original, 'sorted')
  }
})

t.test('pre-activations: two models that were quantized, with the trigger and without', async t => {
  const flags = [
    '--unit',
    'layer1.0.conv1',
    '--channel',
    '1',
    '--images',
    '8',
    '--values',
    '300',
    '--bins',
    '12',
  ]
  const finding = await found('pre-activations', ...flags, ...ATTACK)
  const svg = await told(t, finding)
  t.match(svg, /triggered images/)
  const { histograms, drifts } = finding.result as { histograms: { counts: number[] }[]; drifts: object[] }
  t.strictSame(
    histograms.map(({ counts }) => counts.reduce((sum, count) => sum + count, 0)),
    Array(6).fill(300),
  )
  t.equal(drifts.length, 4)
  const benign = await found('pre-activations', ...flags, ...LOOKED)
  t.notMatch(await told(t, benign), /triggered images/)
  await t.rejects(found('pre-activations', '--unit', 'none', ...LOOKED), { code: 'ERR_BAD_OPTION' })
})

t.test('drift: each unit of each model', async t => {
  const finding = await found('drift', '--images', '8', '--values', '50', ...LOOKED)
  await told(t, finding)
  const { models, triggered } = finding.result as {
    models: { model: string; units: unknown[] }[]
    triggered: boolean
  }
  t.equal(triggered, false)
  t.strictSame(
    models.map(({ model, units }) => [model, units.length]),
    [
      ['rounded', 21],
      ['purified', 21],
    ],
  )
})

t.test('batch-norm, losses and convergence: each unit', async t => {
  const norms = await found('batch-norm', '--calibration', '8', '--values', '50', '--threads', '1')
  await told(t, norms)
  t.equal((norms.result as { units: unknown[] }).units.length, 20)
  const purifying = ['--calibration', '8', '--no-pda', ...ROUNDED]
  const losses = await found('losses', '--columns', '100', ...purifying)
  t.match(await told(t, losses), /purified/)
  t.match(losses.result, {
    method: 'lac',
    solver: 'closed-form',
    units: Array(21).fill({ lossAfter: Number }),
  })
  const curves = await found('convergence', '--iterations', '5', ...purifying)
  t.equal((await told(t, curves)).match(/class="line c0"/g)?.length, 21)
  const { units } = curves.result as { units: { trace: number[] }[] }
  for (const { trace } of units) t.equal(trace.length, 5)
})

t.test('those that experiments make too', async t => {
  const flags: Record<string, string[]> = {
    'activation-histograms': ['--neurons', '8', '--images', '12', '--values', '200', '--bins', '10'],
    'pda-histograms': ['--images', '8', '--values', '200', '--bins', '10'],
    'grad-cam': ['--images', '2', '--candidates', '8'],
    't-sne': ['--benign', '30', '--triggered', '6', '--iterations', '20'],
  }
  for (const [name, own] of Object.entries(flags)) await told(t, await found(name, ...own, ...ATTACK))
  t.strictSame(kinds.size, 6 + Object.keys(flags).length)
})

t.test('--out: SVG, PNG or JSON, checked before any work', async t => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="50" height="20"/>'
  const finding = { result: {}, table: [], picture: async () => svg }
  for (const kind of ['svg', 'png', 'json']) {
    await writePicture(await requirePictureFile(join(folder, `o.${kind}`)), finding, { a: 1 })
  }
  t.equal(await readFile(join(folder, 'o.svg'), 'utf8'), svg)
  t.match(await sharp(join(folder, 'o.png')).metadata(), { format: 'png', width: 100, height: 40 })
  t.strictSame(JSON.parse(await readFile(join(folder, 'o.json'), 'utf8')), { a: 1 })
  await t.rejects(requirePictureFile('x.pdf'), { code: 'ERR_BAD_OPTION', message: /\.svg, \.png, \.json/ })
  await t.rejects(requirePictureFile(join(folder, 'none', 'x.svg')), { code: 'ERR_BAD_OPTION' })
})

t.test('the command: one JSON document, a picture', async t => {
  const out = join(folder, 'losses.svg')
  const flags = ['--data', 'mnist', '--calibration', '8', '--columns', '100', '--no-pda', '--quiet']
  const {
    code,
    out: text,
    err,
  } = await shellac(['analyse', 'losses', model, ...flags, '--out', out, '--json'])
  t.match({ code, err }, { code: 0, err: '' })
  t.match(JSON.parse(text), { analysis: 'losses', model, out, units: Array, run: { command: 'losses' } })
  t.match(await readFile(out, 'utf8'), /^<svg/)
})

t.test('wrong usage', async t => {
  t.match(await shellac(['analyse', 'grad-cam', model, '--data', 'mnist']), { code: 2, err: /--trigger/ })
  await t.rejects(found('grad-cam', '--trigger', 'square'), { code: 'ERR_BAD_OPTION', message: /"target"/ })
  const again = ['--data', 'mnist', '--limit', '20']
  await t.rejects(kinds.get('drift')!.run(context, parsed('drift', again), purified), {
    code: 'ERR_BAD_MODEL',
  })
})

interface Importance {
  original: number
  modified: number
  benign: number
}
