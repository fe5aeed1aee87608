import t from 'tap'
import { CATALOGUE } from '../../../lib/lab/experiments/catalogue/index.js'
import type { CellRecord } from '../../../lib/lab/experiments/cell.js'
import { markdown } from '../../../lib/lab/experiments/markdown.js'
import { TABLE_6 } from '../../../lib/lab/experiments/paper/conventional.js'
import { figures } from '../../../lib/lab/experiments/paper/figures.js'
import { TABLE_1, TABLE_2 } from '../../../lib/lab/experiments/paper/qcb.js'
import { rowsOf, summarize } from '../../../lib/lab/experiments/rows.js'
import { type PaperRowInput, parseExperiment } from '../../../lib/lab/experiments/schema.js'
import { der } from '../../../lib/metrics.js'
import { cell, result } from './made.js'

const experiment = await parseExperiment({
  name: 'made',
  title: 'Made',
  cells: [{ attack: 'qu-anti-zation', bits: 4 }],
  paper: [{ where: { defence: 'lac-pda' }, ba: 92.7, asr: 1.44, der: 99.28, printedDer: 50 }],
})
const cells = [0, 1].flatMap(seed =>
  ['none', 'lac-pda'].flatMap(defence =>
    ['attacker', 'mse'].map(quantizer => cell({ seed, defence, quantizer })),
  ),
)
/** BA and ASR by seed, defence and quantizer. */
const FIGURES = [
  [80, 100],
  [82, 10],
  [90, 2],
  [91, 3],
  [82, 98],
  [84, 12],
  [92, 4],
  [81, 3],
] as const
const records = new Map(
  cells.map(({ id }, at) => {
    const [ba, asr] = FIGURES[at]!
    return [id, { id, status: 'done', ...result(ba, asr), seconds: 1 } as unknown as CellRecord]
  }),
)

t.test('rows: DER against no defence by the same quantizer and seed', async t => {
  const rows = rowsOf(cells, records, experiment.paper)
  t.strictSame(
    rows.map(row => row.der),
    [null, null, 99, 53.5, null, null, 97, 53],
  )
  t.match(rows[2], {
    defence: 'lac-pda',
    quantizer: 'attacker',
    seed: 0,
    ba: 90,
    asr: 2,
    ra: 98,
    status: 'done',
    paper: { ba: 92.7 },
  })
  t.equal(rows[0]?.paper, null)
  const [first] = rowsOf(cells, new Map(), [])
  t.match(first, { status: 'open', ba: null, der: null })
})

t.test('summaries: mean and deviation over the seeds', async t => {
  const summaries = summarize(rowsOf(cells, records, experiment.paper))
  t.equal(summaries.length, 4)
  t.match(summaries[2], {
    axes: { defence: 'lac-pda', quantizer: 'attacker' },
    done: 2,
    ba: { mean: 91, deviation: Math.SQRT2, count: 2 },
    asr: { mean: 3 },
    der: { mean: 98 },
  })
})

t.test('markdown: what varies is a column, ours beside the paper, failures below', async t => {
  const failed = new Map(records)
  const last = cells.at(-1)!
  failed.set(last.id, { id: last.id, status: 'failed', reason: 'torn | image' } as CellRecord)
  const text = markdown(experiment, 'smoke', rowsOf(cells, failed, experiment.paper))
  t.match(text, /^# Made\n/)
  t.match(text, '| defence | quantizer | seeds | BA | ASR | RA | DER | paper: BA | ASR | DER |')
  t.match(
    text,
    '| lac-pda | attacker | 2/2 | 91.00 ± 1.41 | 3.00 ± 1.41 | 97.00 ± 1.41 | 98.00 ± 1.41 | 92.70 | 1.44 | 99.28 (printed: 50.00) |',
  )
  t.match(text, '| none | attacker | 2/2 | 81.00 ± 1.41 | 99.00 ± 1.41 | 1.00 ± 1.41 | – | – | – | – |')
  t.match(text, '| lac-pda | mse | 1/2 |')
  t.match(text, '- 1 failed: torn | image')
})

t.test('published figures: the notation', async t => {
  t.strictSame(figures('93.86/3.09/98.03'), { ba: 93.86, asr: 3.09, der: 98.03 })
  t.strictSame(figures('88.59/99.87/-'), { ba: 88.59, asr: 99.87 })
  t.strictSame(figures('92.07/87.82/55.20!49.25'), { ba: 92.07, asr: 87.82, der: 55.2, printedDer: 49.25 })
})

t.test('published figures: every DER follows from BA and ASR; seven are printed otherwise', async t => {
  const printed: number[] = []
  for (const [table, columns] of [
    [TABLE_1, ['attack', 'bits']],
    [TABLE_2, ['attack', 'bits']],
    [TABLE_6, ['attack']],
  ] as const) {
    const rated = (row: PaperRowInput) => ({ ba: row.ba ?? 0, asr: row.asr ?? null })
    for (const row of table.filter(({ where }) => where.defence !== 'none')) {
      const before = table.find(
        ({ where }) => where.defence === 'none' && columns.every(axis => where[axis] === row.where[axis]),
      )
      const follows = der(rated(before as PaperRowInput), rated(row)) ?? Number.NaN
      if (Math.abs(follows - (row.der ?? 0)) > 0.0101) t.fail(`${JSON.stringify(row)}: ${follows}`)
      if (row.printedDer !== undefined) printed.push(row.printedDer)
    }
  }
  t.strictSame(
    printed.sort((one, other) => one - other),
    [0.5, 49.25, 69.65, 94.51, 95.9, 96.76, 97.19],
  )
  t.equal(
    CATALOGUE.flatMap(({ paper = [] }) => paper).length,
    24 * 2 + 24 * 2 + 10 + 10 + 2 + 2 * 2 + 9 + 10 + 15 + 5 + 6 + 35,
  )
})
