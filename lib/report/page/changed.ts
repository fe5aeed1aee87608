// Second: what changed between the model as it came and those that were made from it?
import type { Folder } from './folder.js'
import { type Html, html } from './html.js'
import { baseName, percentOf, short } from './numbers.js'
import type { Measured } from './roles.js'
import { table } from './table.js'

export function changedSection({ quantizations }: Folder, measured: Measured[], charts: Html[]): Html | null {
  if (measured.length === 0 && quantizations.length === 0) return null
  return html`<section aria-labelledby="changed"><h2 id="changed">What changed?</h2>
${measured.length > 0 && scores(measured)}
${quantizations.length > 0 && made(quantizations)}
<div class="charts">${charts}</div>
${quantizations.map(unitTable)}</section>`
}

const scores = (measured: Measured[]): Html =>
  table(
    'BA: right without a trigger. ASR: triggered images given to the target class. RA: triggered images still read rightly. ' +
      'DER: 50 % where a defence changed nothing, 100 % where it took away everything at no cost.',
    ['model', 'BA', 'ASR', 'RA', 'DER', 'images', 'triggered', 'file'],
    measured.map(({ role, model, ba, asr, ra, der, samples, triggered, file }) => [
      model && model !== role ? html`${role} <small>${baseName(model)}</small>` : role,
      ...[ba, asr, ra, der].map(percentOf),
      samples,
      triggered,
      file,
    ]),
  )

const made = (quantizations: Folder['quantizations']): Html =>
  table(
    'Models that were made',
    ['file', 'method', 'weights', 'activations', 'quantizer', 'calibration images', 'seconds'],
    quantizations.map(({ file, content }) => [
      baseName(content.out ?? file),
      [content.method, content.solver].filter(Boolean).join(', '),
      `${content.weightBits} bits`,
      content.activationBits === null ? 'float' : `${content.activationBits} bits`,
      content.quantizer,
      content.calibration,
      content.seconds.toFixed(1),
    ]),
  )

function unitTable({ file, content: { units } }: Folder['quantizations'][number]): Html | null {
  if (units.length === 0) return null
  const rows = units.map(({ unit, lossBefore, lossAfter, pda }) => [
    unit,
    short(lossBefore),
    short(lossAfter),
    pda ? 'yes' : 'no',
  ])
  return html`<details><summary>Every unit in figures (${file})</summary>
${table(`Output error of each unit, ${file}`, ['unit', 'loss, nearest', 'loss, purified', 'PDA'], rows)}</details>`
}
