import t from 'tap'
import { CATALOGUE } from '../../../lib/lab/experiments/catalogue/index.js'
import { cellLabel } from '../../../lib/lab/experiments/cell.js'
import { canonical, keyOf } from '../../../lib/lab/experiments/key.js'
import { planCells } from '../../../lib/lab/experiments/plan.js'
import { publishedFor } from '../../../lib/lab/experiments/rows.js'
import { SCALE_SETTINGS, scaleOf } from '../../../lib/lab/experiments/scales/index.js'
import { parseExperiment, SCALES } from '../../../lib/lab/experiments/schema.js'
import { selectCells } from '../../../lib/lab/experiments/select.js'

const tiny = await parseExperiment({
  name: 'tiny',
  title: 'Tiny',
  cells: [
    { attack: 'qu-anti-zation', bits: [8, 4], defence: ['none', 'lac-pda'], quantizer: ['attacker', 'mse'] },
    { attack: ['none', 'comp-artifact'], bits: 32 },
  ],
})
const cells = await planCells(tiny, { ...SCALE_SETTINGS.smoke, seeds: [0, 1] })

t.test('keys: the same settings in another order have the same key, others another', async t => {
  t.equal(canonical({ b: [1, { d: null, c: 'x' }], a: undefined }), '{"b":[1,{"c":"x","d":null}]}')
  t.equal(keyOf({ a: 1, b: 2 }), keyOf({ b: 2, a: 1 }))
  t.not(keyOf({ a: 1 }), keyOf({ a: 2 }))
  t.match(keyOf({}), /^[0-9a-f]{24}$/)
})

t.test('plan: every combination, each with every option that determines it', async t => {
  t.equal(cells.length, (2 * 2 * 2 + 2) * 2)
  t.equal(new Set(cells.map(({ id }) => id)).size, cells.length)
  t.equal(cellLabel(cells[0]!), 'cifar10 resnet18 qu-anti-zation 8-bit none attacker seed-0')
  const { settings } = cells.find(({ axes }) => axes.bits === 4 && axes.defence === 'lac-pda')!
  t.match(settings, {
    dataset: { source: 'mnist', train: 1500 },
    architecture: { options: { width: 4, stem: 'cifar' } },
    attack: { name: 'qu-anti-zation', options: { bits: [4], c1: 0.5, c2: 1, epochs: 3, target: 0, seed: 0 } },
    quantizer: 'attacker',
    activationBits: 4,
    defence: {
      options: { weightBits: 4, activationBits: 4, quantizer: 'attacker', calibration: 200, seed: 0 },
    },
  })
  const text = JSON.stringify(settings)
  for (const job of ['device', 'threads', 'signal'])
    t.notOk(text.includes(job), `${job} is no part of the key`)
  const whole = cells.filter(({ axes }) => axes.bits === 32)
  t.match(whole[0]?.settings, { attack: null, quantizer: null, activationBits: 'none' })
  t.match(
    whole[2]?.settings,
    { attack: { options: { bits: 8 } } },
    'an attack for each bit width: for 8 where none is asked',
  )
})

t.test('plan: a name or an option that Shellac does not have is the problem of its cells alone', async t => {
  const odd = await parseExperiment({
    name: 'odd',
    title: 'Odd',
    cells: [
      { attack: ['no-such', 'qu-anti-zation'], bits: 4 },
      { attack: { name: 'qu-anti-zation', options: { colour: 1 } }, bits: 4 },
    ],
  })
  const planned = await planCells(odd, SCALE_SETTINGS.smoke)
  t.match(
    planned.map(({ problem }) => problem),
    [/attack: "no-such"; expected .*qu-anti-zation/, undefined, /unknown option "colour"/],
  )
})

t.test('scales: what an experiment has its own replaces entry by entry', async t => {
  const scale = scaleOf({ scales: { smoke: { clean: { epochs: 9 }, seeds: [7] } } }, 'smoke')
  t.match(scale, {
    clean: { epochs: 9, batch: 32 },
    seeds: [7],
    calibration: SCALE_SETTINGS.smoke.calibration,
  })
  t.equal(scaleOf({ scales: {} }, 'smoke').clean.epochs, SCALE_SETTINGS.smoke.clean.epochs)
})

t.test(
  'scales: an attack can have other options for some bits, which the experiment still overrules',
  async t => {
    const own = await parseExperiment({
      name: 'own',
      title: 'Own',
      cells: [
        { attack: 'qu-anti-zation', bits: [8, 4] },
        { attack: { name: 'qu-anti-zation', label: 'mine', options: { plantEpochs: 9 } }, bits: 8 },
      ],
      scales: { smoke: { attacks: { 'qu-anti-zation': { atBits: { 8: { plantEpochs: 2, c1: 3 } } } } } },
    })
    const planned = await planCells(own, { ...scaleOf(own, 'smoke'), seeds: [0] })
    t.match(
      planned.map(({ settings }) => settings.attack?.options),
      [
        { bits: [8], plantEpochs: 2, c1: 3, c2: 1 },
        { bits: [4], plantEpochs: 0, c1: 0.5, c2: 1 },
        { bits: [8], plantEpochs: 9, c1: 3, c2: 1 },
      ],
    )
    const { cells, name, title } = own
    const wrong = { name, title, cells, scales: { smoke: { attacks: { x: { atBits: { 9: {} } } } } } }
    await t.rejects(parseExperiment(wrong), { code: 'ERR_BAD_OPTION', message: /atBits/ })
  },
)

t.test('small: Qu-ANTI-zation is planted at 8 bits, and the clean models of table 9 are not', async t => {
  for (const [table, label, planted] of [
    ['table-1', 'qu-anti-zation', 4],
    ['table-9', 'clean-qat', 0],
  ] as const) {
    const experiment = await parseExperiment(CATALOGUE.find(({ name }) => name === table))
    const planned = await planCells(experiment, { ...scaleOf(experiment, 'small'), seeds: [0] })
    for (const { axes, settings } of planned.filter(({ axes }) => axes.attack === label)) {
      const { plantEpochs, learningRate } = settings.attack?.options ?? {}
      t.equal(plantEpochs, axes.attackBits === 8 ? planted : 0, `${table}, ${axes.attackBits} bits`)
      t.equal(learningRate, plantEpochs === 0 ? 3e-4 : 4e-6)
    }
  }
})

t.test('select: whole words, or with stars', async t => {
  t.equal(selectCells(cells, undefined).length, cells.length)
  t.equal(selectCells(cells, '4-bit lac-pda').length, 4)
  t.equal(selectCells(cells, 'lac*').length, 8)
  t.equal(selectCells(cells, 'SEED-1').length, cells.length / 2)
  t.throws(() => selectCells(cells, 'lac'), { code: 'ERR_BAD_OPTION', message: /"lac", which no cell has/ })
})

t.test('experiments: a wrong one is refused by what is wrong in it', async t => {
  const wrong: [object, RegExp][] = [
    [{ name: 'A B', title: '', cells: [{ attack: 'none', bits: 4 }] }, /"name"/],
    [{ name: 'a', title: '', cells: [] }, /"cells"/],
    [{ name: 'a', title: '', cells: [{ attack: 'none', bits: 9 }] }, /"cells.0.bits"/],
    [{ name: 'a', title: '', cells: [{ attack: 'none', bits: 4, quantiser: 'mse' }] }, /quantiser/],
  ]
  for (const [value, message] of wrong)
    await t.rejects(parseExperiment(value), { code: 'ERR_BAD_OPTION', message })
})

t.test(
  'the catalogue: every experiment can be planned at every scale, and finds its published figures',
  async t => {
    t.strictSame(
      CATALOGUE.map(({ name }) => name),
      [
        ...Array.from({ length: 12 }, (_, at) => `table-${at + 1}`),
        ...Array.from({ length: 6 }, (_, at) => `figure-${at + 1}`),
      ],
    )
    for (const input of CATALOGUE) {
      const experiment = await parseExperiment(input)
      for (const name of SCALES) {
        const planned = await planCells(experiment, { ...scaleOf(experiment, name), seeds: [0] })
        t.notOk(
          planned.some(({ problem }) => problem && !/expected one that this Shellac has/.test(problem)),
          `${input.name} ${name}: ${planned.find(({ problem }) => problem && !/expected one/.test(problem))?.problem ?? ''}`,
        )
        const found = new Set(planned.map(({ axes }) => publishedFor(axes, experiment.paper)))
        found.delete(null)
        t.equal(found.size, experiment.paper.length, `${input.name}: each published figure has a cell`)
      }
    }
  },
)
