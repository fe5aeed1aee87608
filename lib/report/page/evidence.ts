// Third: how do we know? The audits with their triggers, and the comparisons.
import { triggerPictures } from '../../audit/picture.js'
import { isOfDeployed } from './answer.js'
import type { Folder, Found } from './folder.js'
import { type Html, html } from './html.js'
import { fixed, percentOf, short } from './numbers.js'
import type { AuditFile, VerificationFile } from './schema.js'
import { table } from './table.js'

/** `charts`: one list an audit. */
export async function evidenceSection(
  { audits, verifications }: Folder,
  charts: Html[][],
): Promise<Html | null> {
  if (audits.length === 0 && verifications.length === 0) return null
  const told: Html[] = []
  for (const [at, audit] of audits.entries()) told.push(await auditPart(audit, charts[at] ?? []))
  return html`<section aria-labelledby="evidence"><h2 id="evidence">How do we know?</h2>
${told}
${verifications.length > 0 && comparisons(verifications)}</section>`
}

async function auditPart({ file, content }: Found<AuditFile>, charts: Html[]): Promise<Html> {
  const { verdict, images, evidence, falseAlarmRate: alarms } = content
  const of = isOfDeployed({ file, content }) ? 'a quantized model' : 'roundings of the model'
  return html`<h3>Audit of ${of}: ${verdict}</h3>
<p>${images} benign images, neither trigger nor target known (${file}).</p>
<ul>${evidence.map(line => html`<li>${line}</li>`)}</ul>
${await triggerPart(content)}
<div class="charts">${charts}</div>
${presetTable(content)}
${disagreementTable(content)}
<p class="quiet">False alarms: ${percentOf(100 * alarms.rate)} of ${alarms.models} clean models; with 95 % confidence below
${percentOf(100 * alarms.atMost)}. A verdict of “clean” says that this search found nothing, not that there is nothing.</p>`
}

async function triggerPart({ trigger, className, verdict }: AuditFile): Promise<Html | null> {
  if (!trigger) return null
  const target = className === null ? `class ${trigger.class}` : `class ${className}`
  const { mask, pattern, onGrey } = await triggerPictures(trigger)
  const pictures: [string, Buffer][] = [
    ['mask', mask],
    ['pattern', pattern],
    ['on grey', onGrey],
  ]
  const picture = ([name, png]: [string, Buffer]) => html`<figure class="picture">
<img alt="${name} of the stamp that leads to ${target}" src="data:image/png;base64,${png.toString('base64')}">
<figcaption>${name}</figcaption></figure>`
  const what =
    verdict === 'clean' ? 'The stamp of the class that stands out most' : 'The trigger as the search found it'
  return html`<h4>${what}: ${target}</h4><div class="pictures">${pictures.map(picture)}</div>`
}

const presetTable = ({ presets }: AuditFile): Html =>
  table(
    'Each way of rounding that was audited',
    ['quantizer', 'verdict', 'class', 'score', 'stamp, pixels', 'gap', 'agreement'],
    presets.map(one => [
      one.quantizer,
      one.judged ? one.verdict : 'not judged',
      one.class ?? '–',
      fixed(one.score, 1),
      fixed(one.maskArea, 1),
      percentOf(one.gap === null ? null : 100 * one.gap),
      percentOf(one.agreement),
    ]),
  )

const disagreementTable = ({ disagreement }: AuditFile): Html | null =>
  disagreement.length === 0
    ? null
    : table(
        'Benign images that change their class when the model is rounded',
        ['quantizer', 'weights', 'changed'],
        disagreement.map(({ quantizer, bits, changed }) => [
          quantizer,
          bits === null ? 'as given' : `${bits} bits`,
          percentOf(changed),
        ]),
      )

const comparisons = (verifications: Found<VerificationFile>[]): Html =>
  html`<h3>Comparisons, logit by logit</h3>${table(
    'Pairs of models on the same images',
    [
      'a',
      'b',
      'equal',
      'same top-1',
      'largest relative difference',
      'tolerance',
      'first that differs',
      'file',
    ],
    verifications.map(({ file, content: one }) => [
      `${one.a.name} (${one.a.engine})`,
      `${one.b.name} (${one.b.engine})`,
      one.equal ? 'yes' : 'no',
      percentOf(one.agreement),
      short(one.largestRelative),
      one.tolerance,
      one.firstDifference?.value ?? '–',
      file,
    ]),
  )}`
