import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import t from 'tap'
import { pixelsOf } from '../../lib/data/pixel-text.js'

const bytes = (text: string) => Buffer.from(text)

t.test('the bytes that JSON.parse would give', async t => {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist')), 'digits')
  const text = readFileSync(join(folder, '7.json'))
  const { data } = JSON.parse(String(text)) as { data: number[] }
  t.ok(Buffer.from(data.map(value => Math.round(value * 255))).equals(Buffer.from(pixelsOf(text) ?? [])))
})

t.test('numbers and nothing else', async t => {
  t.strictSame([...(pixelsOf(bytes('{"data":[0,1,0.5,1.0,.2]}')) ?? [])], [0, 255, 128, 255, 51])
  for (const text of [
    '',
    '[]',
    '[',
    ']',
    '[0',
    '[0,]',
    '[,0]',
    '[0,,0]',
    '[-1]',
    '[2]',
    '[1e-3]',
    '[0.1.2]',
    '[0 ,1]',
    '["0"]',
  ])
    t.equal(pixelsOf(bytes(text)), null, text)
})
