// First: is the model safe to deploy? The answer, why, and the figures that carry it.
import type { Answer } from './answer.js'
import { type Html, html } from './html.js'
import { percentOf } from './numbers.js'
import { FULL, type Measured, NEAREST, PURIFIED } from './roles.js'

const MARKS: Record<Answer['tone'], string> = { good: '✓', warning: '!', bad: '✗', unknown: '?' }

export function safeSection({ tone, headline, reasons }: Answer, measured: Measured[]): Html {
  return html`<section aria-labelledby="safe"><h2 id="safe">Is the model safe to deploy?</h2>
<div class="answer ${tone}"><p class="headline"><span aria-hidden="true">${MARKS[tone]}</span> ${headline}</p>
<ul>${reasons.map(reason => html`<li>${reason}</li>`)}</ul></div>
${tiles(measured)}</section>`
}

function tiles(measured: Measured[]): Html | null {
  const shown = [FULL, NEAREST, PURIFIED].flatMap(role => measured.filter(row => row.role === role))
  if (shown.length === 0) return null
  return html`<dl class="tiles">${shown.map(
    ({ role, ba, asr }) => html`<div><dt>${role}</dt>
<dd><b>${percentOf(ba)}</b> accuracy (BA)</dd><dd><b>${percentOf(asr)}</b> attack success (ASR)</dd></div>`,
  )}</dl>`
}
