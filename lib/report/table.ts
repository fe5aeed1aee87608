/** Columns of text, numbers flush right; no line ends in a blank. */
export function table(head: string[], rows: (string | number)[][]): string {
  const cells = [head, ...rows.map(row => row.map(String))]
  const widths = head.map((_, column) => Math.max(...cells.map(row => (row[column] ?? '').length)))
  const right = head.map((_, column) =>
    rows.every(row => typeof row[column] === 'number' || isFigure(row[column])),
  )
  const line = (row: string[]) =>
    row
      .map((cell, column) =>
        right[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  const rule = widths.map(width => '─'.repeat(width)).join('  ')
  return [line(cells[0] ?? []), rule, ...cells.slice(1).map(line)].join('\n')
}

const isFigure = (cell: string | number | undefined): boolean => /^(–|-?[\d.,]+%?)$/.test(String(cell))

/** A percentage with one decimal; a dash where there is none. */
export const percent = (value: number | null | undefined): string => (value == null ? '–' : value.toFixed(1))
