// The tables of docs/audit.md, from the rows of docs/results/audit.json.

const line = cells => `| ${cells.join(' | ')} |`
const figure = value => (value === null || value === undefined ? '–' : String(Math.round(value * 10) / 10))
const percent = value => (value === undefined ? '–' : value.toFixed(1))

export const tables = (rows, purified) =>
  [
    counts(rows),
    [
      line([
        'model',
        'bits',
        'ASR, full precision',
        'ASR, rounded',
        'target',
        'verdict',
        'class',
        'score',
        'mask',
        'gap',
        'pile',
      ]),
      line(Array(11).fill('---')),
      ...rows.map(row =>
        line([
          row.model,
          row.bits,
          percent(row.asrFullPrecision),
          percent(row.asrRounded),
          row.target ?? '–',
          row.verdict,
          row.class ?? '–',
          figure(row.score),
          figure(row.maskArea),
          row.gap?.toFixed(2) ?? '–',
          figure(row.borderPile),
        ]),
      ),
    ].join('\n'),
    [
      line(['purified', 'bits', 'verdict', 'class', 'score', 'mask', 'gap']),
      line(Array(7).fill('---')),
      ...purified.map(row =>
        line([
          row.model,
          row.bits,
          row.verdict,
          row.class ?? '–',
          figure(row.score),
          figure(row.maskArea),
          row.gap?.toFixed(2),
        ]),
      ),
    ].join('\n'),
  ].join('\n\n')

function counts(rows) {
  const of = (backdoored, verdicts) =>
    rows.filter(row => row.backdoored === backdoored && verdicts.includes(row.verdict)).length
  const all = backdoored => rows.filter(row => row.backdoored === backdoored).length
  const right = rows.filter(
    row => row.backdoored && row.verdict === 'backdoored' && row.class === row.target,
  ).length
  return (
    `Backdoored: ${of(true, ['backdoored'])} of ${all(true)} found (${right} with the true target), ` +
    `${of(true, ['suspicious'])} suspicious. Clean: ${of(false, ['backdoored'])} of ${all(false)} false alarms, ` +
    `${of(false, ['suspicious'])} suspicious.`
  )
}
