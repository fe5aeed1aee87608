// Pages of docs/: every link leads somewhere, the index has every page, and the guides quote code that is there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const pages = readdirSync(join(root, 'docs'))
  .filter(name => name.endsWith('.md'))
  .map(name => `docs/${name}`)

t.test('every relative link leads to a file', async t => {
  for (const page of [...pages, 'README.md', 'examples/guides/README.md']) {
    const links = [...read(page).matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)].map(([, link = '']) => link)
    const paths = links.filter(link => !/^[a-z]+:/.test(link)).map(link => join(dirname(page), link))
    const dead = paths.filter(path => !existsSync(join(root, path)))
    t.strictSame(dead, [], page)
  }
})

t.test('the index has every page', async t => {
  const index = read('docs/README.md')
  const missing = pages.filter(page => page !== 'docs/README.md' && !index.includes(`(${page.slice(5)})`))
  t.strictSame(missing, [])
})

t.test('code in the guides is code of the examples', async t => {
  const examples = readdirSync(join(root, 'examples', 'guides')).map(name => read(`examples/guides/${name}`))
  for (const guide of pages.filter(page => page.startsWith('docs/guide-'))) {
    const blocks = [...read(guide).matchAll(/```(?:js|ts)\n([\s\S]*?)```/g)].map(([, code = '']) => code)
    t.ok(blocks.length > 0, guide)
    for (const code of blocks)
      t.ok(
        examples.some(example => example.includes(code)),
        `${guide}: ${code.split('\n')[0]}`,
      )
  }
})
