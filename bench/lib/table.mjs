/** Rows of a bench as a Markdown table. */
export function table(rows) {
  const head = ['case', 'value', 'target', '', 'ours', 'baseline', 'spread']
  const lines = rows.map(row => [
    row.case,
    found(row),
    row.target === undefined ? '' : `${row.higherIsBetter ? '≥' : '≤'} ${row.target}`,
    hasVerdict(row) ? (missed(row) ? 'missed' : 'reached') : '',
    row.ours ?? '',
    row.baseline ?? '',
    row.spread ?? '',
  ])
  return [head, head.map(() => '---'), ...lines].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

function found({ value, unit, failed, skipped }) {
  if (failed) return `failed: ${failed}`
  return skipped ? `left out: ${skipped}` : `${value} ${unit}`.trim()
}

const hasVerdict = ({ value, target }) => typeof value === 'number' && typeof target === 'number'

/** Whether the row has a target and did not come up to it. */
export function missed(row) {
  return hasVerdict(row) && !(row.higherIsBetter ? row.value >= row.target : row.value <= row.target)
}
