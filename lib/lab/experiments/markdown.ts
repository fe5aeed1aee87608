// The table of an experiment for people: ours beside the paper's.
import type { Spread } from '../../metrics.js'
import { AXES } from '../../report/page/schema.js'
import type { Axes } from './cell.js'
import { type Row, type Summary, summarize } from './rows.js'
import type { Experiment, PaperRow, ScaleName } from './schema.js'

type Axis = keyof Summary['axes']

/** A picture that lies beside the table, and its key figures. */
export interface ShownPicture {
  file: string
  label: string
  table: string[][]
}

/** Axes of one value stand above the table, the others are its first columns. What was not run yet is only counted. */
export function markdown(
  experiment: Experiment,
  scale: ScaleName,
  rows: Row[],
  pictures: ShownPicture[] = [],
): string {
  const summaries = summarize(rows)
  const varying = AXES.filter(axis => !redundant(axis, summaries)).filter(
    axis => new Set(summaries.map(({ axes }) => axes[axis])).size > 1,
  )
  const fixed = AXES.filter(axis => !varying.includes(axis) && axis !== 'attackBits')
  const facts = fixed.flatMap(axis => factOf(axis, summaries[0]?.axes[axis]))
  const head = [...varying.map(title), 'seeds', 'BA', 'ASR', 'RA', 'DER', 'paper: BA', 'ASR', 'DER']
  const begun = summaries.filter(summary => summary.rows.some(({ status }) => status !== 'open'))
  const lines = (begun.length > 0 ? begun : summaries).map(summary => [
    ...varying.map(axis => value(axis, summary.axes[axis])),
    `${summary.done}/${summary.rows.length}`,
    ...(['ba', 'asr', 'ra', 'der'] as const).map(figure => spreadText(summary[figure])),
    ...paperCells(summary.paper),
  ])
  return [
    `# ${experiment.title}`,
    '',
    `\`shellac experiment ${experiment.name} --scale ${scale}\`; percent${facts.length > 0 ? `; ${facts.join(', ')}` : ''}.`,
    ...remarks(experiment, scale, rows).flatMap(text => ['', text]),
    '',
    tableRow(head),
    tableRow(head.map((_, at) => (at < varying.length ? '---' : '---:'))),
    ...lines.map(tableRow),
    ...failures(rows),
    ...pictures.flatMap(pictureLines),
    '',
  ].join('\n')
}

/** Which bits an attack was trained for says nothing new where they are the bits of the cell. */
const redundant = (axis: Axis, summaries: Summary[]): boolean =>
  axis === 'attackBits' && summaries.every(({ axes }) => axes.attackBits === axes.bits)

function pictureLines({ file, label, table: [head, ...lines] }: ShownPicture): string[] {
  const figures = head ? ['', tableRow(head), tableRow(head.map(() => '---')), ...lines.map(tableRow)] : []
  return [...(label ? ['', `## ${label}`] : []), '', `![${label || file}](${file})`, ...figures]
}

const tableRow = (cells: string[]): string =>
  `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`

const title = (axis: Axis): string => (axis === 'attackBits' ? 'attack for bits' : axis)

const value = (axis: Axis, given: Axes[Axis]): string =>
  axis === 'bits' && given === 32 ? 'full precision' : String(given)

function factOf(axis: Axis, given: Axes[Axis] | undefined): string[] {
  const usual = given === undefined || given === '' || given === 0 || given === 'same' || given === 'none'
  return usual ? [] : [`${title(axis)} ${value(axis, given)}`]
}

/** "92.1 ± 0.3" */
function spreadText(figure: Spread | null): string {
  if (figure === null) return '–'
  return figure.deviation === null ? two(figure.mean) : `${two(figure.mean)} ± ${two(figure.deviation)}`
}

const two = (number: number): string => number.toFixed(2)

function paperCells(row: PaperRow | null): string[] {
  const figure = (mean: number | null | undefined, deviation?: number) =>
    mean == null ? '–' : deviation === undefined ? two(mean) : `${two(mean)} ± ${two(deviation)}`
  if (!row) return ['–', '–', '–']
  const rating = figure(row.der)
  const printed = row.printedDer === undefined ? rating : `${rating} (printed: ${two(row.printedDer)})`
  return [figure(row.ba, row.baDeviation), figure(row.asr, row.asrDeviation), printed]
}

function remarks({ notes, paper }: Experiment, scale: ScaleName, rows: Row[]): string[] {
  const others = [
    ...new Set(
      rows.filter(row => row.data !== row.dataset).map(row => `${row.data} in place of ${row.dataset}`),
    ),
  ]
  return [
    ...notes,
    ...(scale === 'paper' || paper.length === 0
      ? []
      : [
          `Scale ${scale}: smaller networks and fewer epochs${others.length > 0 ? `, ${others.join(', ')}` : ''}. The paper's figures stand beside ours for orientation, not for comparison.`,
        ]),
  ]
}

function failures(rows: Row[]): string[] {
  const reasons = new Map<string, number>()
  for (const { status, reason = '' } of rows) {
    if (status === 'failed') reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  }
  const open = rows.filter(({ status }) => status === 'open').length
  const lines = [...reasons].map(([reason, count]) => `- ${count} failed: ${reason}`)
  if (open > 0) lines.push(`- ${open} not run yet`)
  return lines.length > 0 ? ['', ...lines] : []
}
