import { readFile } from 'node:fs/promises'
import t from 'tap'
import { optionsDoc } from '../../lib/cli/options-doc.js'

t.test('docs/options.md is what the schemas say', async t => {
  const kept = await readFile(new URL('../../docs/options.md', import.meta.url), 'utf8')
  t.equal(kept, await optionsDoc(), 'make it again: node dist/cli/options-doc.js > docs/options.md')
})
