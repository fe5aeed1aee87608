// Records of cells as flat rows, with DER and the paper's figures; and the same over seeds.
import { der, type Spread, spread } from '../../metrics.js'
import type { Axes, Cell, CellRecord } from './cell.js'
import { canonical } from './key.js'
import type { PaperRow } from './schema.js'

export interface Row extends Axes {
  id: string
  status: 'done' | 'failed' | 'open'
  reason?: string
  /** Source of the images that were used: at a reduced scale not the paper's. */
  data: string
  /** The preset that `quantizer` stands for. */
  preset: string | null
  mode: string | null
  ba: number | null
  asr: number | null
  ra: number | null
  der: number | null
  samples: number | null
  triggered: number | null
  seconds: number | null
  device: string | null
  paper: PaperRow | null
}

/** One row a cell, in the order of the plan; cells that nothing is known of are "open". */
export function rowsOf(
  cells: Cell[],
  records: ReadonlyMap<string, CellRecord>,
  published: PaperRow[],
): Row[] {
  const undefended = new Map<string, CellRecord>()
  for (const cell of cells) {
    const record = records.get(cell.id)
    if (cell.settings.defence === null && record?.scores) undefended.set(withoutDefence(cell), record)
  }
  return cells.map(cell => {
    const record = records.get(cell.id)
    const scores = record?.scores ?? null
    const before = cell.settings.defence === null ? null : undefended.get(withoutDefence(cell))?.scores
    return {
      id: cell.id,
      ...cell.axes,
      status: record?.status ?? 'open',
      ...(record?.reason !== undefined && { reason: record.reason }),
      data: cell.settings.dataset.source,
      preset: cell.settings.quantizer,
      mode: record?.mode ?? null,
      ba: scores?.ba ?? null,
      asr: scores?.asr ?? null,
      ra: scores?.ra ?? null,
      der: scores && before ? der(before, scores) : null,
      samples: scores?.samples ?? null,
      triggered: scores?.triggered ?? null,
      seconds: record?.seconds ?? null,
      device: record?.device ?? null,
      paper: publishedFor(cell.axes, published),
    }
  })
}

/** What a defended cell is compared with: all the same, but no defence, no poisoned images for it, no analysis. */
function withoutDefence({ settings }: Cell): string {
  const { defence: _defence, poisoned: _poisoned, analysis: _analysis, ...rest } = settings
  return canonical(rest)
}

/** The published figure whose every label is that of the cell. */
export function publishedFor(axes: Axes, published: PaperRow[]): PaperRow | null {
  const labels = axes as unknown as Record<string, string | number>
  return (
    published.find(({ where }) => Object.entries(where).every(([axis, label]) => labels[axis] === label)) ??
    null
  )
}

export interface Summary {
  axes: Omit<Axes, 'seed'>
  rows: Row[]
  /** Seeds that are done. */
  done: number
  ba: Spread | null
  asr: Spread | null
  ra: Spread | null
  der: Spread | null
  paper: PaperRow | null
}

/** Rows that differ by their seed alone, as one. */
export function summarize(rows: Row[]): Summary[] {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = canonical({ ...axesOf(row), seed: undefined })
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups.values()].map(group => {
    const { seed: _seed, ...axes } = axesOf(group[0] as Row)
    const over = (figure: 'ba' | 'asr' | 'ra' | 'der') => spread(group.map(row => row[figure]))
    return {
      axes,
      rows: group,
      done: group.filter(({ status }) => status === 'done').length,
      ba: over('ba'),
      asr: over('asr'),
      ra: over('ra'),
      der: over('der'),
      paper: group[0]?.paper ?? null,
    }
  })
}

function axesOf(row: Row): Axes {
  const {
    dataset,
    architecture,
    attack,
    attackBits,
    bits,
    activations,
    defence,
    quantizer,
    poisoned,
    analysis,
    seed,
  } = row
  return {
    dataset,
    architecture,
    attack,
    attackBits,
    bits,
    activations,
    defence,
    quantizer,
    poisoned,
    analysis,
    seed,
  }
}
