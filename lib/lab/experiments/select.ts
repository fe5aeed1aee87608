// --only: some of the cells.
import { ShellacError } from '../../errors.js'
import { type Cell, cellLabel } from './cell.js'

/** Cells whose label has every word of the pattern; `*` stands for any letters. Throws ERR_BAD_OPTION for no cell. */
export function selectCells(cells: Cell[], pattern: string | undefined): Cell[] {
  if (pattern === undefined) return cells
  const words = pattern
    .split(/\s+/)
    .filter(word => word !== '')
    .map(wordPattern)
  const chosen = cells.filter(cell => {
    const labels = cellLabel(cell).split(' ')
    return words.every(word => labels.some(label => word.test(label)))
  })
  if (chosen.length > 0) return chosen
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: 'option "only"',
    found: `${JSON.stringify(pattern)}, which no cell has`,
    expected: cells[0]
      ? `words of labels such as ${JSON.stringify(cellLabel(cells[0]))}`
      : 'an experiment with cells',
  })
}

const wordPattern = (word: string): RegExp =>
  new RegExp(
    `^${word
      .split('*')
      .map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    'i',
  )
