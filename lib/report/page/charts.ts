// Which charts the files of a folder give.
import { type Chart, rowChart } from './chart.js'
import { experimentChart } from './experiments.js'
import type { Folder, Found } from './folder.js'
import { type Measured, measuredModels } from './roles.js'
import type { AuditFile, QuantizationFile } from './schema.js'

/** Classes in a chart, at most: those with the highest scores. */
const CLASSES = 30

export interface Charts {
  scores: Chart[]
  losses: Chart[]
  /** One list an audit. */
  audits: Chart[][]
  experiments: Chart[]
}

export function chartsOf(folder: Folder): Charts {
  return {
    scores: scoreChart(measuredModels(folder)),
    losses: folder.quantizations.flatMap(lossChart),
    audits: folder.audits.map((audit, at) => [...classCharts(audit, at), ...driftChart(audit, at)]),
    experiments: folder.experiments.flatMap(experimentChart),
  }
}

export const allCharts = ({ scores, losses, audits, experiments }: Charts): Chart[] => [
  ...scores,
  ...losses,
  ...audits.flat(),
  ...experiments,
]

function scoreChart(measured: Measured[]): Chart[] {
  if (measured.length === 0) return []
  const chart = rowChart({
    id: 'scores',
    title: 'What each model does',
    about: 'Benign accuracy should stay; the success of the attack should be as low as at full precision.',
    axis: 'percent of test images',
    form: 'bars',
    names: measured.map(({ role }) => role),
    series: [
      { name: 'accuracy (BA)', values: measured.map(({ ba }) => ba) },
      { name: 'attack success (ASR)', values: measured.map(({ asr }) => asr) },
    ],
    unit: '%',
    range: [0, 100],
  })
  return [chart]
}

const lossChart = ({ file, content: { units } }: Found<QuantizationFile>, at: number): Chart[] =>
  units.length === 0 ? [] : [unitLossChart(units, `loss-${at + 1}`, file)]

export function unitLossChart(units: QuantizationFile['units'], id: string, file: string): Chart {
  return rowChart({
    id,
    title: 'Error of each unit',
    about: `How far each unit's output is from full precision, rounded to nearest and purified (${file}).`,
    axis: 'mean squared output error, summed over channels',
    form: 'dots',
    names: units.map(({ unit }) => unit),
    series: [
      { name: 'nearest', values: units.map(({ lossBefore }) => lossBefore) },
      { name: 'purified', values: units.map(({ lossAfter }) => lossAfter) },
    ],
    logarithmic: true,
  })
}

function driftChart({ file, content: { layers } }: Found<AuditFile>, at: number): Chart[] {
  if (layers.length === 0) return []
  const chart = rowChart({
    id: `drift-${at + 1}`,
    title: 'Drift of each layer',
    about: `How far the quantized model's values are from the full-precision ones, each on its own inputs (${file}).`,
    axis: 'Σ(q − f)² / Σf²',
    form: 'dots',
    names: layers.map(({ name }) => name),
    series: [{ name: 'drift', values: layers.map(({ drift }) => drift) }],
    logarithmic: true,
  })
  return [chart]
}

interface ClassFigure {
  id: string
  title: string
  /** Of what is drawn. */
  name: string
  about: string
  axis: string
  unit?: string
  threshold?: { at: number; name: string }
  value(one: AuditFile['classes'][number]): number
}

function classCharts({ content: { classes, class: top, threshold } }: Found<AuditFile>, at: number): Chart[] {
  if (classes.length === 0) return []
  const kept = new Set([...classes].sort((a, b) => b.score - a.score).slice(0, CLASSES))
  const shown = classes.filter(one => kept.has(one))
  const row = shown.findIndex(one => one.class === top)
  const left =
    classes.length > shown.length
      ? ` Of ${classes.length} classes, the ${CLASSES} with the highest scores.`
      : ''
  return figures(threshold).map(({ id, title, name, about, value, ...rest }) =>
    rowChart({
      ...rest,
      ...{ id: `${id}-${at + 1}`, title, about: about + left, form: 'bars' },
      names: shown.map(one => one.name ?? `class ${one.class}`),
      ...(row >= 0 && { marked: { row, name: 'stands out most' } }),
      series: [{ name, values: shown.map(value) }],
    }),
  )
}

const figures = (threshold: number): ClassFigure[] => [
  {
    id: 'class-score',
    title: 'Score of each class',
    name: 'score',
    about: 'How far a class stands out among all of them.',
    axis: 'robust standard deviations',
    threshold: { at: threshold, name: 'threshold' },
    value: ({ score }) => score,
  },
  {
    id: 'class-mask',
    title: 'Size of the stamp',
    name: 'stamp',
    about: 'The smallest stamp that was found to lead the quantized model to the class.',
    axis: 'sum of the mask, in pixels',
    unit: 'pixels',
    value: ({ maskArea }) => maskArea,
  },
  {
    id: 'class-gap',
    title: 'Gap of each class',
    name: 'gap',
    about: 'How much oftener the stamp leads the quantized model there than the full-precision one.',
    axis: 'percent of images',
    unit: '%',
    value: ({ gap }) => 100 * gap,
  },
]
