// An experiment's rows, over seeds, beside what the paper has.
import { type Spread, spread } from '../../metrics.js'
import { type Chart, rowChart } from './chart.js'
import type { Folder, Found } from './folder.js'
import { type Html, html } from './html.js'
import { fixed } from './numbers.js'
import { AXES, type ExperimentFile } from './schema.js'
import { table } from './table.js'

type Row = ExperimentFile['rows'][number]
interface Group {
  /** In a chart. */
  name: string
  labels: string[]
  done: number
  rows: Row[]
  ba: Spread | null
  asr: Spread | null
  der: Spread | null
  paper: Row['paper']
}

function label(row: Row, axis: string): string {
  const value = String((row as Record<string, unknown>)[axis] ?? '')
  return axis === 'bits' && value === '32' ? 'full precision' : value
}

/** Which bits an attack was trained for is said only where they are not the bits of the cell. */
const nameOf = (row: Row, axes: string[]): string =>
  axes
    .filter(axis => axis !== 'attackBits' || label(row, axis) !== label(row, 'bits'))
    .map(axis => label(row, axis))
    .join(' ')

const titleOf = (axis: string): string => (axis === 'attackBits' ? 'attack for bits' : axis)

/** Rows that differ by their seed alone, as one; axes that do not vary are left out. */
function grouped(rows: Row[]): { axes: string[]; groups: Group[] } {
  const axes = AXES.filter(axis => new Set(rows.map(row => label(row, axis))).size > 1).filter(
    axis => axis !== 'attackBits' || rows.some(row => label(row, axis) !== label(row, 'bits')),
  )
  const byLabels = new Map<string, Row[]>()
  for (const row of rows) {
    const key = JSON.stringify(AXES.map(axis => label(row, axis)))
    byLabels.set(key, [...(byLabels.get(key) ?? []), row])
  }
  const groups = [...byLabels.values()].map(group => ({
    name: nameOf(group[0] as Row, axes),
    labels: axes.map(axis => label(group[0] as Row, axis)),
    done: group.filter(({ status }) => status === 'done').length,
    rows: group,
    ba: spread(group.map(({ ba }) => ba)),
    asr: spread(group.map(({ asr }) => asr)),
    der: spread(group.map(({ der }) => der)),
    paper: group[0]?.paper ?? null,
  }))
  return { axes, groups: groups.filter(({ done }) => done > 0) }
}

const spreadText = (figure: Spread | null): string =>
  figure === null
    ? '–'
    : fixed(figure.mean, 1) + (figure.deviation === null ? '' : ` ± ${fixed(figure.deviation, 1)}`)

export function experimentSection({ experiments }: Folder, charts: Html[]): Html | null {
  if (experiments.length === 0) return null
  return html`<section aria-labelledby="experiments"><h2 id="experiments">Experiments, beside the paper</h2>
${experiments.map(tableOf)}
<div class="charts">${charts}</div></section>`
}

function tableOf({ file, content }: Found<ExperimentFile>): Html {
  const { axes, groups } = grouped(content.rows)
  const failed = content.rows.filter(({ status }) => status === 'failed').length
  const open = content.rows.filter(({ status }) => status === 'open').length
  const head = [
    ...axes.map(titleOf),
    'seeds',
    'BA %',
    'ASR %',
    'DER %',
    'paper: BA %',
    'paper: ASR %',
    'paper: DER %',
  ]
  const lines = groups.map(({ labels, done, rows, ba, asr, der, paper }) => [
    ...labels,
    `${done}/${rows.length}`,
    ...[ba, asr, der].map(spreadText),
    ...[paper?.ba, paper?.asr, paper?.der].map(value => fixed(value, 1)),
  ])
  const rest = [failed > 0 && `${failed} failed`, open > 0 && `${open} not run yet`]
    .filter(Boolean)
    .join(', ')
  const caption = `${content.title} (${file}), scale ${content.scale}; mean ± deviation over seeds${rest && `; ${rest}`}`
  const orientation =
    content.scale !== 'paper' && groups.some(({ paper }) => paper !== null)
      ? html`<p class="quiet">Smaller networks and fewer epochs than the paper's: its figures are for orientation, not for comparison.</p>`
      : null
  return html`${table(caption, head, lines)}${orientation}`
}

/** Cells that both the paper and this run have. */
export function experimentChart({ content }: Found<ExperimentFile>, at: number): Chart[] {
  const both = grouped(content.rows).groups.filter(({ paper, asr }) => paper?.asr != null && asr !== null)
  if (both.length === 0) return []
  const chart = rowChart({
    id: `experiment-${at + 1}`,
    title: 'Attack success, ours and the paper’s',
    about: `${content.title}: ASR of each cell that the paper has too.`,
    axis: 'ASR, percent of triggered images',
    form: 'dots',
    names: both.map(({ name }) => name),
    series: [
      { name: 'ours', values: both.map(({ asr }) => asr?.mean ?? null) },
      { name: 'the paper', values: both.map(({ paper }) => paper?.asr ?? null) },
    ],
    unit: '%',
    range: [0, 100],
  })
  return [chart]
}
