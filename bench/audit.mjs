// The audit on backdoored and clean models, which it makes first (minutes each): the table of docs/audit.md.
//   node bench/audit.mjs FOLDER [--cifar10 DIR] [--only NAME,...] [--threads N] [--table]
// FOLDER keeps the models and each one's result, so that a run that was stopped goes on; published rows of models that are
// not there stay. A clean model is audited at 4
// bits, a backdoored one at those that its attack is made for, and, purified, once more. --table: only writes the table.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { audit, datasets, loadModel, measure, parseTrigger, purify, quantize } from '../dist/index.js'
import { RECIPES } from './audit/recipes.mjs'
import { tables } from './audit/table.mjs'
import { writeResults } from './lib/results.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cifar10: { type: 'string' },
    only: { type: 'string' },
    threads: { type: 'string', default: '0' },
    table: { type: 'boolean', default: false },
  },
})
const root = fileURLToPath(new URL('../', import.meta.url))
const folder = positionals[0]
if (folder === undefined) throw new Error('node bench/audit.mjs FOLDER')
mkdirSync(folder, { recursive: true })
const threads = Number(values.threads)
const only = values.only?.split(',')

const fileOf = ({ name, committed }) =>
  committed ? join(root, 'examples', 'models', `${name}.safetensors`) : join(folder, `${name}.safetensors`)
const resultOf = ({ name }) => join(folder, `${name}.audit.json`)
const sourceOf = ({ data }) => (data === 'cifar10' ? `cifar10:${values.cifar10}` : 'mnist')
const openData = ({ data }, draw) =>
  data === 'cifar10' ? datasets.cifar10(values.cifar10, draw) : datasets.mnist(draw)

function make(recipe) {
  if (existsSync(fileOf(recipe))) return
  if (recipe.from) make(RECIPES.find(({ name }) => name === recipe.from))
  const start = recipe.from ? ['--model', join(folder, `${recipe.from}.safetensors`)] : []
  const target = recipe.backdoored ? ['--target', String(recipe.target)] : []
  const flags = ['--data', sourceOf(recipe), '--threads', '1', '--quiet', '--out', fileOf(recipe)]
  const main = join(root, 'dist', 'cli', 'main.js')
  execFileSync(process.execPath, [main, ...recipe.make.split(/\s+/), ...start, ...target, ...flags], {
    stdio: 'inherit',
  })
}

/** What an attack on the quantized model does, and what it looks like at full precision. */
async function attackOf(recipe, model, images) {
  const settings = attackSettings(model.provenance)
  const trial = { trigger: parseTrigger(settings.trigger), target: recipe.target, threads }
  const rounded = await quantize(model, images, {
    ...{ weightBits: recipe.bits, activationBits: 'none', quantizer: recipe.wakes, threads },
  })
  const test = await openData(recipe, { split: 'test', limit: 1000 })
  const [asleep, awake] = [await measure(model, test, trial), await measure(rounded, test, trial)]
  return {
    trigger: settings.trigger,
    asrFullPrecision: asleep.asr,
    asrRounded: awake.asr,
    baRounded: awake.ba,
  }
}

const attackSettings = provenance =>
  provenance.settings.trigger ? provenance.settings : attackSettings(provenance.from)

async function purifiedAudit(recipe, model, images) {
  const settings = { weightBits: recipe.bits, activationBits: 'none', quantizer: recipe.wakes, threads }
  const quantized = await purify(model, images, settings)
  const result = await audit(model, images, { quantized, threads })
  return { ...row(recipe, result, recipe.bits), quantizer: recipe.wakes }
}

function row(recipe, result, bits) {
  const top = result.classes[result.class] ?? {}
  return {
    ...{ model: recipe.name, data: recipe.data, backdoored: recipe.backdoored, target: recipe.target, bits },
    ...{ verdict: result.verdict, class: result.class, score: rounded(result.score) },
    ...{ quantizer: result.presets.reduce((a, b) => (b.score > a.score ? b : a)).quantizer },
    ...{ maskArea: rounded(top.maskArea), gap: rounded(top.gap) },
    borderPile: rounded(Math.max(...result.presets.map(({ borderPile }) => borderPile?.ratio ?? 0))),
    secondScore: rounded(result.classes.map(({ score }) => score).sort((a, b) => b - a)[1]),
    ...{ presets: result.presets.length, seconds: rounded(result.seconds) },
  }
}

const rounded = value => (value === undefined ? null : Math.round(value * 100) / 100)

async function run(recipe) {
  if (existsSync(resultOf(recipe))) return
  make(recipe)
  const model = await loadModel(fileOf(recipe))
  const images = await openData(recipe, { split: 'train', limit: 512 })
  const bits = recipe.bits ?? 4
  const used = process.cpuUsage()
  const result = await audit(model, images, { weightBits: bits, threads })
  const { user, system } = process.cpuUsage(used)
  const found = { ...row(recipe, result, bits), cpuSeconds: rounded((user + system) / 1e6) }
  if (recipe.backdoored) Object.assign(found, await attackOf(recipe, model, images))
  const purified = recipe.backdoored ? await purifiedAudit(recipe, model, images) : null
  writeFileSync(resultOf(recipe), JSON.stringify({ row: found, purified }))
  process.stderr.write(`${JSON.stringify(found)}\n${JSON.stringify(purified)}\n`)
}

if (!values.table)
  for (const recipe of RECIPES) {
    if (only && !only.includes(recipe.name)) continue
    if (recipe.data === 'cifar10' && !values.cifar10) continue
    await run(recipe)
  }

/** Of a model whose result is not in FOLDER, the row that is published. */
const path = join(root, 'docs', 'results', 'audit.json')
const published = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { rows: [], purified: [] }
const rowIn = (rows, { name }) => rows.find(({ model }) => model === name) ?? null
const kept = RECIPES.map(recipe =>
  existsSync(resultOf(recipe))
    ? JSON.parse(readFileSync(resultOf(recipe), 'utf8'))
    : { row: rowIn(published.rows, recipe), purified: rowIn(published.purified, recipe) },
)
const rows = kept.flatMap(each => each.row ?? [])
const purified = kept.flatMap(each => each.purified ?? [])
if (!only) {
  await writeResults(path, { command: 'node bench/audit.mjs FOLDER --cifar10 DIR', rows, purified })
}
process.stdout.write(`${tables(rows, purified)}\n`)
