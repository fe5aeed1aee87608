// What an experiment gave, as pictures: one for each analysis, and curves where it has them.
import { type CurvePanel, curvePicture } from '../../report/curves.js'
import { ANALYSES } from './analyses/index.js'
import { type Cell, type CellRecord, cellLabel } from './cell.js'
import { type Row, type Summary, summarize } from './rows.js'
import type { Experiment } from './schema.js'

export interface Picture {
  /** What tells it from the others of the experiment; "" where there is only one. */
  label: string
  svg: string
  /** Key figures: a head, then lines. */
  table: string[][]
}

export async function picturesOf(
  experiment: Experiment,
  cells: Cell[],
  records: ReadonlyMap<string, CellRecord>,
  rows: Row[],
): Promise<Picture[]> {
  const analysed = cells.flatMap(cell => {
    const found = records.get(cell.id)?.analysed
    const analysis = found && ANALYSES[found.name]
    return analysis ? [{ words: cellLabel(cell).split(' '), found, analysis }] : []
  })
  const common = (word: string) => analysed.every(({ words }) => words.includes(word))
  const pictures: Picture[] = []
  for (const { words, found, analysis } of analysed) {
    pictures.push({
      label: words.filter(word => !common(word)).join('-'),
      svg: await analysis.picture(found),
      table: analysis.table(found),
    })
  }
  const curves = curvesOf(experiment, cells, rows)
  return curves ? [...pictures, { label: 'curves', svg: curves, table: [] }] : pictures
}

/** ASR and BA over an option of the defence; null where nothing is done yet. */
function curvesOf({ curves }: Experiment, cells: Cell[], rows: Row[]): string | null {
  if (!curves) return null
  const options = new Map(cells.map(cell => [cell.id, cell.settings.defence?.options[curves.option]]))
  const along = (summary: Summary) => options.get(summary.rows[0]?.id ?? '')
  const summaries = summarize(rows).filter(summary => typeof along(summary) === 'number')
  const names = [...new Set(summaries.map(({ axes }) => axes[curves.lines]))]
  const panel = (title: string, figure: 'asr' | 'ba'): CurvePanel => ({
    title,
    x: curves.name,
    y: '%',
    lines: names.map(name => ({
      name: `${curves.lines} ${name}`,
      points: summaries.flatMap((summary): [number, number][] => {
        const mean = summary.axes[curves.lines] === name ? summary[figure]?.mean : undefined
        return mean === undefined ? [] : [[Number(along(summary)), mean]]
      }),
    })),
  })
  const panels = [panel('attack success rate', 'asr'), panel('benign accuracy', 'ba')]
  return panels[0]?.lines.some(({ points }) => points.length > 0) ? curvePicture(panels) : null
}
