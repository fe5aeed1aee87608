import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { ActivationHistograms } from '../../../lib/lab/experiments/analyses/activation-histograms.js'
import type { GradCams } from '../../../lib/lab/experiments/analyses/grad-cam.js'
import { ANALYSES } from '../../../lib/lab/experiments/analyses/index.js'
import type { PdaHistograms } from '../../../lib/lab/experiments/analyses/pda-histograms.js'
import { shrunk } from '../../../lib/lab/experiments/analyses/shrunk.js'
import { neighbourhoods, type Tsnes } from '../../../lib/lab/experiments/analyses/t-sne.js'
import { type ExperimentInput, runExperiment } from '../../../lib/lab/experiments/index.js'

const OPTIONS = {
  'activation-histograms': {
    definition: 'modified',
    neurons: 8,
    shown: 2,
    images: 16,
    values: 400,
    bins: 10,
  },
  'pda-histograms': { images: 16, values: 300, bins: 10 },
  'grad-cam': { images: 3, candidates: 12 },
  't-sne': { benign: 30, triggered: 8, iterations: 40 },
}
const tiny = (defence: string): ExperimentInput => ({
  name: 'tiny',
  title: 'Tiny',
  cells: [
    { dataset: 'mnist', attack: 'qu-anti-zation', bits: 4 },
    ...Object.entries(OPTIONS).map(([name, options]) => ({
      dataset: 'mnist',
      attack: 'qu-anti-zation',
      bits: 4,
      defence,
      analysis: { name, options },
    })),
  ],
  scales: {
    smoke: {
      datasets: { mnist: { source: 'mnist', train: 64, test: 60 } },
      architectures: { resnet18: { width: 1 } },
      clean: { epochs: 1 },
      attack: { epochs: 1 },
      calibration: 24,
    },
  },
})

const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0)

t.test('every analysis runs on the three models, and is drawn and told beside its scores', async t => {
  const out = t.testdir({})
  const { rows, done, failed, pictures } = await runExperiment(tiny('lac-pda'), { out, threads: 1 })
  t.match({ done, failed }, { done: 5, failed: 0 }, JSON.stringify(rows.map(({ reason }) => reason)))
  t.ok(
    rows.slice(1).every(({ der }) => der !== null),
    'DER against the cell that has no defence and no analysis',
  )
  const names = Object.keys(OPTIONS)
  t.strictSame(
    pictures,
    names.map(name => join(out, `tiny.smoke.${name}.svg`)),
  )
  const { analyses } = JSON.parse(await readFile(join(out, 'tiny.smoke.json'), 'utf8'))
  const results = Object.fromEntries(
    analyses.map(({ name, result }: { name: string; result: unknown }) => [name, result]),
  )

  const ranked: ActivationHistograms = results['activation-histograms']
  t.equal(ranked.ranked + ranked.silent, 8)
  t.strictSame(
    ranked.neurons.map(({ role }) => role),
    ['backdoor', 'backdoor', 'benign', 'benign'],
  )
  const [first, second, last] = ranked.neurons
  t.ok(first && second && last && first.tau >= second.tau && second.tau >= last.tau)
  t.equal(first?.tau, (first?.backdoor ?? 0) - (first?.benign ?? 0), 'modified: the benign part is off')
  t.match(
    first?.histograms.map(({ model, images }) => `${model} ${images}`),
    ['full precision', 'rounded', 'lac-pda'].flatMap(model => [`${model} benign`, `${model} triggered`]),
  )
  t.ok(ranked.neurons.every(({ histograms }) => histograms.every(({ counts }) => sum(counts) <= 400)))
  t.equal(first?.drifts.length, 4)

  const pda: PdaHistograms = results['pda-histograms']
  t.strictSame([sum(pda.benign), sum(pda.triggered), sum(pda.moved)], Array(3).fill(sum(pda.benign)))
  t.ok(pda.after < pda.before && pda.klBenign > 0)

  const cams: GradCams = results['grad-cam']
  t.match(cams, { shape: [1, 28, 28], images: { length: 3 }, models: { length: 3 } })
  t.ok(cams.models.every(({ maps }) => maps.every(({ values }) => values.length === 784)))
  t.ok(cams.models.every(({ onTrigger }) => onTrigger !== null && onTrigger >= 0 && onTrigger <= 1))
  t.ok(
    cams.images.every(({ label, pixels }) => label !== cams.target && pixels.at(-30) === Math.max(...pixels)),
  )

  const embedded: Tsnes = results['t-sne']
  t.equal(embedded.points.filter(({ triggered }) => triggered).length, 8)
  t.ok(embedded.models.every(({ places }) => places.length === 38))

  const table = await readFile(join(out, 'tiny.smoke.md'), 'utf8')
  for (const name of names) {
    const svg = await readFile(join(out, `tiny.smoke.${name}.svg`), 'utf8')
    t.match(svg, /^<svg xmlns.*<\/svg>\n$/s)
    t.notMatch(svg, /NaN|undefined|Infinity/)
    t.match(table, `](tiny.smoke.${name}.svg)`)
  }
  t.equal((await readdir(join(out, 'models'))).length, 3, 'one defended model for all')
})

t.test('an analysis is part of the key; nothing is looked at where nothing is rounded', async t => {
  const grid = { dataset: 'mnist', attack: 'none', analysis: 'grad-cam' }
  const odd: ExperimentInput = {
    ...tiny('lac'),
    cells: [
      { ...grid, bits: 32 },
      { ...grid, bits: 4, analysis: 'no-such' },
    ],
  }
  const { rows } = await runExperiment(odd, { out: t.testdir({}), threads: 1 })
  t.match(
    rows.map(({ reason }) => reason),
    [/no rounded model to look at/, /"no-such".*activation-histograms/],
  )
  t.strictSame(Object.keys(ANALYSES), Object.keys(OPTIONS))
})

t.test('shrunk: means of squares, whole numbers', async t => {
  const values = [1, 3, 5, 7, 9, 11, 2, 4, 6, 8, 10, 12]
  t.strictSame(shrunk(values, [1, 1, 2, 6], 3), { planes: [[[3, 7, 11]]], height: 1, width: 3 })
  t.strictSame(shrunk([1.4, 2.6], [1, 2, 1, 1], 64), { planes: [[[1], [3]]], height: 1, width: 1 })
})

t.test('neighbourhoods: the nearest benign ones by class', async t => {
  const places = [0, 1, 2, 10, 11, 12]
  const points = [5, 5, 7, 7, 7, 5, 7, 5].map((label, at) => ({ class: label, triggered: at >= 6 }))
  // 0.4 has 0, 1, 2 (5, 5, 7) and is a 7; 11.6 has 12, 11, 10 (5, 7, 7) and is a 5. The target is 7.
  const found = neighbourhoods(Float32Array.from([...places, 0.4, 11.6]), [6, 1], points, 3, 7)
  t.strictSame(found, { ofOwnClass: 0.3333, ofTarget: 0.5 })
})
