// Distributions over each other, in rows of panels.
import { axes, LINES, legend, shifted, svg, tenth, text } from './svg.js'

export interface HistogramPanel {
  title: string
  note: string
  /** Name of the axis, with its unit where it has one. */
  x: string
  bins: { low: number; high: number; count: number }
  /** Counts of the bins; at most three. */
  series: { name: string; counts: number[] }[]
}

const PANEL = { width: 380, height: 258 }
const FRAME = { left: 46, top: 70, width: 320, height: 136 }
const LEGEND = 26

/** Rows of panels as one picture; the names of the series stand above all that have the same. */
export function histogramPicture(rows: HistogramPanel[][]): string {
  const panels = rows.flat()
  const names = panels.map(({ series }) => series.map(({ name }) => name).join())
  const shared = names.every(name => name === names[0])
  const head = shared ? [legend(FRAME.left, 16, panels[0]?.series.map(({ name }) => name) ?? [])] : []
  const top = shared ? LEGEND : 0
  const drawn = rows.flatMap((row, down) =>
    row.map((panel, along) => shifted(along * PANEL.width, top + down * PANEL.height, draw(panel, !shared))),
  )
  const columns = Math.max(...rows.map(row => row.length))
  return svg(columns * PANEL.width, top + rows.length * PANEL.height, [...head, ...drawn])
}

function draw({ title, note, x, bins, series }: HistogramPanel, named: boolean): string[] {
  const shares = series.map(({ counts }) => {
    const all = counts.reduce((sum, count) => sum + count, 0)
    return counts.map(count => (100 * count) / (all || 1))
  })
  const top = 1.05 * Math.max(...shares.flat())
  const on = axes(
    FRAME,
    { low: bins.low, high: bins.high, name: x },
    { low: 0, high: top, name: '% of values' },
  )
  const edge = (bin: number) => on.x(bins.low + ((bins.high - bins.low) * bin) / bins.count)
  const outlines = shares.map(values =>
    values.map((value, bin) => `H${edge(bin)}V${on.y(value)}H${edge(bin + 1)}`).join(''),
  )
  const floor = on.y(0)
  return [
    text(FRAME.left, 16, title, { style: 'title' }),
    text(FRAME.left, 31, note, { style: 'note' }),
    ...(named
      ? [
          legend(
            FRAME.left,
            49,
            series.map(({ name }) => name),
          ),
        ]
      : []),
    ...on.parts,
    ...outlines.map(
      (line, at) =>
        `<path class="area f${at % LINES}" d="M${tenth(FRAME.left)} ${floor}${line}V${floor}Z"/>` +
        `<path class="line c${at % LINES}" d="M${tenth(FRAME.left)} ${floor}${line}V${floor}"/>`,
    ),
  ]
}
