import { type Html, html } from './html.js'

type Cell = string | number | Html

/** The first `labels` columns are words, the others figures; wide tables scroll by themselves, also by keyboard. */
export function table(
  caption: string,
  head: string[],
  rows: Cell[][],
  { labels = 1 }: { labels?: number } = {},
): Html {
  const kind = (column: number) => (column < labels ? 'word' : 'figure')
  const cell = (value: Cell, column: number) =>
    column === 0 && labels > 0
      ? html`<th scope="row" class="word">${value}</th>`
      : html`<td class="${kind(column)}">${value}</td>`
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${head.map((name, column) => html`<th scope="col" class="${kind(column)}">${name}</th>`)}</tr></thead>
<tbody>${rows.map(row => html`<tr>${row.map(cell)}</tr>`)}</tbody></table></div>`
}
