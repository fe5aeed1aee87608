import { Html, html } from './html.js'

type Cell = string | number | Html

/** Columns of figures are flush right; a wide table scrolls by itself, also by keyboard. */
export function table(caption: string, head: string[], rows: Cell[][]): Html {
  const kinds = head.map((_, column) => (rows.every(row => isFigure(row[column])) ? 'figure' : 'word'))
  const cell = (value: Cell, column: number) =>
    column === 0
      ? html`<th scope="row" class="${kinds[0]}">${value}</th>`
      : html`<td class="${kinds[column]}">${value}</td>`
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table><caption><span>${caption}</span></caption>
<thead><tr>${head.map((name, column) => html`<th scope="col" class="${kinds[column]}">${name}</th>`)}</tr></thead>
<tbody>${rows.map(row => html`<tr>${row.map(cell)}</tr>`)}</tbody></table></div>`
}

const isFigure = (cell: Cell | undefined): boolean =>
  !(cell instanceof Html) && /^[-–\d][\d.,/%± e+-]*$/.test(String(cell))
