import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { datasets, parseTrigger } from '../../../lib/index.js'
import { type ExperimentInput, runExperiment } from '../../../lib/lab/experiments/index.js'
import { loadExperiment } from '../../../lib/lab/experiments/load.js'
import { poison } from '../../../lib/lab/experiments/poison.js'
import { smallModel } from '../../facade/small.js'

const tiny = (cells: ExperimentInput['cells']): ExperimentInput => ({
  name: 'tiny',
  title: 'Tiny',
  cells,
  scales: {
    smoke: {
      datasets: { mnist: { source: 'mnist', train: 64, test: 40 } },
      architectures: { resnet18: { width: 1 } },
      clean: { epochs: 1 },
      attack: { epochs: 1 },
      calibration: 16,
    },
  },
})

t.test(
  'cells of every kind: clean, at full precision, with poisoned calibration, and what cannot be run',
  async t => {
    const out = t.testdir({})
    const options = { out, threads: 1 }
    const grids: ExperimentInput['cells'] = [
      { dataset: 'mnist', attack: 'none', bits: [32, 4] },
      { dataset: 'mnist', attack: 'qu-anti-zation', bits: 4, defence: 'lac', poisoned: [0, 1] },
      { dataset: 'mnist', attack: 'none', bits: 32, defence: 'lac' },
      { dataset: 'svhn', attack: 'none', bits: 4 },
      { dataset: 'mnist', attack: 'no-such', bits: 4 },
    ]
    const { rows, done, failed } = await runExperiment(tiny(grids), options)
    t.match({ done, failed }, { done: 4, failed: 3 })
    t.strictSame(
      rows.slice(0, 4).map(({ mode }) => mode),
      ['full precision', 'nearest', 'purify closed-form', 'purify closed-form'],
    )
    t.not(rows[2]?.id, rows[3]?.id)
    t.match(
      rows.slice(4).map(({ reason }) => reason),
      [/it rounds|weightBits/, /dataset svhn.*--data svhn:DIR/s, /"no-such"/],
    )
    const models = join(out, 'models')
    const files = await readdir(models)
    t.equal(files.length, 4, 'a clean model for both of the first cells, an attacked one, and two purified')
    for (const file of files) await truncate(join(models, file), 100)
    t.match((await runExperiment(tiny(grids.slice(0, 1)), options)).done, 2, 'what is done needs no model')
    const again = await runExperiment(tiny([{ ...grids[0], bits: 3 } as (typeof grids)[0]]), options)
    t.match(again, { done: 1, failed: 0 }, 'a damaged model is made again')

    await writeFile(
      join(out, 'datasets.json'),
      JSON.stringify(
        Object.fromEntries(
          Object.keys(JSON.parse(await readFile(join(out, 'datasets.json'), 'utf8'))).map(key => [
            key,
            'other',
          ]),
        ),
      ),
    )
    const other = await runExperiment(tiny([{ ...grids[0], bits: 2 } as (typeof grids)[0]]), options)
    t.match(
      other.rows[0],
      { status: 'failed', reason: /fingerprint.*other/s },
      'results of other images are not mixed',
    )
  },
)

t.test('poison: as many images as asked for carry the trigger', async t => {
  const images = await datasets.mnist({ limit: 20 })
  const trigger = parseTrigger('square:size=5,margin=0,value=1')
  const mixed = await poison(images, await smallModel(), trigger, 0.25, 3)
  const corner = (pixels: Uint8Array, image: number) => pixels[image * 784 + 783]
  const marked = Array.from({ length: 20 }, (_, image) => corner(mixed.pixels, image) === 255).filter(Boolean)
  t.equal(marked.length, 5)
  t.strictSame(mixed.labels, images.labels)
  t.equal(
    (await poison(images, await smallModel(), trigger, 1, 3)).pixels.filter(value => value === 255).length >=
      500,
    true,
  )
})

t.test('experiments from files: JSON and modules', async t => {
  const experiment = { name: 'own', title: 'Own', cells: [{ attack: 'none', bits: 4 }] }
  const folder = t.testdir({
    'own.json': JSON.stringify(experiment),
    'own.mjs': `export default ${JSON.stringify(experiment)}`,
    'torn.json': '{',
    'empty.mjs': '',
  })
  for (const name of ['own.json', 'own.mjs'])
    t.match(await loadExperiment(join(folder, name)), { name: 'own' })
  for (const name of ['torn.json', 'empty.mjs', 'none.json', 'no-such']) {
    await t.rejects(loadExperiment(name === 'no-such' ? name : join(folder, name)), {
      code: 'ERR_BAD_OPTION',
    })
  }
  await t.rejects(loadExperiment('no-such'), { message: /table-1, .*figure-6, or a .json/ })
})

t.test('an abort ends the run and keeps what is done', async t => {
  const out = t.testdir({})
  const stop = new AbortController()
  const run = runExperiment(tiny([{ dataset: 'mnist', attack: 'none', bits: [32, 4] }]), {
    out,
    threads: 1,
    signal: stop.signal,
    onCell: () => stop.abort(),
  })
  await t.rejects(run, { code: 'ERR_ABORTED' })
  t.equal((await readdir(join(out, 'cells'))).length, 1)
  const { rows } = JSON.parse(await readFile(join(out, 'tiny.smoke.json'), 'utf8'))
  t.strictSame(
    rows.map(({ status }: { status: string }) => status),
    ['done', 'open'],
  )
})
