/** Rows of a bench as a Markdown table. */
export function table(rows) {
  const head = ['case', 'value', 'target', '', 'ours', 'baseline', 'spread']
  const lines = rows.map(row => [
    row.case,
    row.failed
      ? `failed: ${row.failed}`
      : row.skipped
        ? `left out: ${row.skipped}`
        : `${row.value} ${row.unit}`,
    row.target === undefined ? '' : `${row.higherIsBetter ? '≥' : '≤'} ${row.target}`,
    verdict(row),
    row.ours ?? '',
    row.baseline ?? '',
    row.spread ?? '',
  ])
  return [head, head.map(() => '---'), ...lines].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

function verdict({ value, target, higherIsBetter }) {
  if (typeof value !== 'number' || typeof target !== 'number') return ''
  return (higherIsBetter ? value >= target : value <= target) ? 'reached' : 'missed'
}
