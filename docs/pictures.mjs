// The pictures of the guides, from runs on the committed model and from published results: node docs/pictures.mjs [NAME ...]
// Names: drift, grad-cam, losses, two-by-two, trigger, report (the last two audit a model: a minute or two). The report is
// drawn by Chromium (CHROMIUM, or /usr/bin/chromium).
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import sharp from 'sharp'
import { rowChart, standalone } from '../dist/report/page/chart.js'

const root = fileURLToPath(new URL('../', import.meta.url))
const main = join(root, 'dist', 'cli', 'main.js')
const model = join(root, 'examples', 'models', 'mnist-qu-anti-zation.safetensors')
const folder = mkdtempSync(join(tmpdir(), 'pictures-'))
const picture = name => join(root, 'docs', 'pictures', name)
const shellac = (...args) => execFileSync(process.execPath, [main, ...args, '--quiet'], { encoding: 'utf8' })

const DATA = ['--data', 'mnist']
const ATTACK = [...DATA, '--trigger', 'square:size=4,margin=1,value=1', '--target', '0']
const ROUNDING = ['--weight-bits', '4', '--activation-bits', 'none', '--quantizer', 'attacker']

const purified = once(() => {
  const out = join(folder, 'purified.safetensors')
  shellac('purify', model, ...DATA, ...ROUNDING, '--out', out)
  return out
})

const MAKERS = {
  drift: () => analysed('drift', ...ATTACK, ...ROUNDING, '--purified', purified()),
  'grad-cam': () => analysed('grad-cam', ...ATTACK, ...ROUNDING, '--purified', purified(), '--images', '3'),
  losses: () => analysed('losses', ...DATA, ...ROUNDING),
  'two-by-two': twoByTwo,
  trigger,
  report,
}

function analysed(kind, ...flags) {
  shellac('analyse', kind, model, ...flags, '--out', picture(`${kind}.svg`))
}

/** Of docs/results/two-by-two-cifar10.json, weights at 4 bits; purified: the mean of its seeds. */
function twoByTwo() {
  const { rows } = JSON.parse(readFileSync(join(root, 'docs', 'results', 'two-by-two-cifar10.json'), 'utf8'))
  const scores = (quantizer, defence) => {
    const found = rows.filter(
      row => row.bits === 'W4' && row.quantizer === quantizer && row.defence === defence,
    )
    const mean = of => found.reduce((sum, row) => sum + row[of], 0) / found.length
    return { ba: mean('ba'), asr: mean('asr') }
  }
  const full = rows.find(row => row.bits === 'full precision')
  const bars = [
    ['full precision', full],
    ["attacker's quantizer, nearest", scores('attacker', 'nearest')],
    ["attacker's quantizer, purified", scores('attacker', 'closed-form')],
    ['mse, nearest', scores('mse', 'nearest')],
    ['mse, purified', scores('mse', 'closed-form')],
  ]
  const chart = rowChart({
    ...{ id: 'two-by-two', title: 'CIFAR-10, weights at 4 bits', about: '', form: 'bars' },
    ...{ axis: 'percent of test images', unit: '%', range: [0, 100] },
    names: bars.map(([name]) => name),
    series: [
      { name: 'accuracy (BA)', values: bars.map(([, { ba }]) => ba) },
      { name: 'attack success (ASR)', values: bars.map(([, { asr }]) => asr) },
    ],
  })
  writeFileSync(picture('two-by-two.svg'), standalone(chart))
}

/** The stamp that the audit found, on grey. */
async function trigger() {
  const found = join(folder, 'trigger.png')
  shellac('audit', model, ...DATA, '--quantizers', 'attacker', '--trigger-out', found)
  await sharp(found).resize({ height: 160, kernel: 'nearest' }).png().toFile(picture('trigger.png'))
}

/** The head of the report on a vendor's file that was rounded to nearest. */
async function report() {
  const vendors = join(folder, 'vendor.onnx')
  shellac('quantize', model, ...DATA, ...ROUNDING, '--out', vendors)
  const out = join(folder, 'vetted')
  const vet = join(root, 'examples', 'guides', 'vet.mjs')
  spawnSync(process.execPath, [vet, model, '--quantized', vendors, '--out', out], {
    cwd: root,
    stdio: 'inherit',
  })
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  const browser = await chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  })
  try {
    const page = await browser.newPage({ viewport: { width: 860, height: 620 }, colorScheme: 'light' })
    await page.goto(pathToFileURL(join(out, 'report.html')).href)
    const shot = await page.screenshot()
    await sharp(shot).png({ palette: true, colours: 64 }).toFile(picture('report.png'))
  } finally {
    await browser.close()
  }
}

function once(make) {
  let made
  return () => {
    made ??= make()
    return made
  }
}

try {
  for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(MAKERS)) {
    await MAKERS[name]()
    process.stderr.write(`docs/pictures: ${name}\n`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
