import t from 'tap'
import { blocks } from '../../lib/cli/demo-text.js'
import { percent, table } from '../../lib/report/table.js'

t.test('table: figures flush right, words flush left, no trailing blanks', async t => {
  const text = table(
    ['name', 'n'],
    [
      ['a', 1],
      ['long', 100],
    ],
  )
  t.equal(text, 'name    n\n────  ───\na       1\nlong  100')
})

t.test('percent: one decimal, a dash for none', async t => {
  t.equal(percent(99.96), '100.0')
  t.equal(percent(null), '–')
  t.equal(percent(undefined), '–')
})

t.test('blocks: two rows of pixels a line, in a frame', async t => {
  const pixels = Uint8Array.from([0, 255, 0, 0, 128, 0])
  t.strictSame(blocks({ pixels, height: 3, width: 2 }), ['┌──┐', '│ █│', '│▒ │', '└──┘'])
})
