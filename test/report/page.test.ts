// The page of a folder, as text: order, figures, escaping, the same bytes.
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { report } from '../../lib/report.js'
import { audit, FOLDER } from './folder.js'

async function pageOf(folder: string): Promise<string> {
  const out = join(folder, 'page.html')
  await report(folder, { out })
  return readFile(out, 'utf8')
}

t.test('four questions in their order, with the figures of the files', async t => {
  const folder = t.testdir(FOLDER)
  const page = await pageOf(folder)
  const headings = [...page.matchAll(/<h2 id="(\w+)"/g)].map(([, id]) => id)
  t.strictSame(headings, ['safe', 'changed', 'evidence', 'experiments', 'ran'])
  const figures = [
    '98.5 %',
    '0.3 %',
    '97.2 %',
    '99.9 %',
    '98.4 %',
    '0.6 %',
    '99.7 %',
    '7.3',
    '4711',
    '97.0 ± 1.4',
    '0.8',
  ]
  for (const figure of [...figures, '1 failed', 'libtorch 2.11.0']) t.ok(page.includes(figure), figure)
  t.match(page, /Only as the purified model: rounding wakes a backdoor/)
  t.match(page, /shellac measure m\.safetensors --data mnist --seed 7 --trigger square/)
  t.match(page, /<title>conv1, nearest: 0\.04<\/title>/, 'values on hover')
})

t.test('what files say is text: no markup comes through', async t => {
  const page = await pageOf(t.testdir(FOLDER))
  t.notMatch(page, /<script/i)
  t.notMatch(page, /<b>odd/)
  t.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt;'), 'it is shown')
  t.notMatch(page.replaceAll('http://www.w3.org/2000/svg', ''), /https?:/, 'no address of another page')
})

t.test('a name that turns the direction of text, or a control character, is marked', async t => {
  const name = 'a\u202egnp\u0000.exe'
  const folder = t.testdir({ 'audit.json': JSON.stringify({ ...audit, className: name, evidence: [name] }) })
  t.notMatch(await pageOf(folder), /[\u202e\0]/)
})

t.test('files that are not understood are named, with the reason', async t => {
  const folder = t.testdir({
    ...FOLDER,
    'twisted.json': JSON.stringify({ ...audit, trigger: { ...audit.trigger, shape: [3, 4096, 4096] } }),
  })
  const { unknown, files } = await report(folder, { out: join(folder, 'page.html') })
  t.strictSame([...unknown].sort(), ['<b>odd.json', 'broken.safetensors', 'cut.json', 'twisted.json'])
  t.equal(files.length, Object.keys(FOLDER).length + 1)
  const page = await readFile(join(folder, 'page.html'), 'utf8')
  for (const reason of [/&lt;b&gt;odd\.json/, /no JSON/, /like audits, but &quot;trigger/])
    t.match(page, reason)
})

t.test('the same files, the same bytes; files and their hashes', async t => {
  const [one, other] = [await pageOf(t.testdir(FOLDER)), await pageOf(t.testdir(FOLDER))]
  t.equal(one, other)
  // sha256sum of {"colour": "green"}
  t.ok(one.includes('20f21b12ae43a264e2af2e113e518604d2217c030184234fb28d7d9001923dab'))
})

t.test('the answer: of the audits, of what was measured, or unknown', async t => {
  const only = async (...names: string[]) => {
    const folder = t.testdir(Object.fromEntries(names.map(name => [name, FOLDER[name] ?? ''])))
    const { tone } = await report(folder, { out: join(folder, 'page.html') })
    return tone
  }
  t.equal(await only('audit.json'), 'bad')
  t.equal(await only('audit.json', 'measure-a.json', 'measure-c.json'), 'warning')
  t.equal(await only('measure-a.json', 'measure-c.json'), 'good')
  t.equal(await only('measure-a.json', 'measure-b.json'), 'unknown')
  const awake = (FOLDER['measure-c.json'] ?? '').replace('"asr":0.56', '"asr":42')
  const clean = JSON.stringify({ ...audit, verdict: 'clean' })
  const folder = t.testdir({ 'a.json': clean, 'b.json': FOLDER['measure-a.json'] ?? '', 'c.json': awake })
  t.match(await report(folder, { out: join(folder, 'page.html') }), { tone: 'bad', headline: /awake/ })
})

t.test('of several purified models, the one that speaks most against them', async t => {
  const awake = (FOLDER['measure-c.json'] ?? '').replace('"asr":0.56', '"asr":42')
  const folder = t.testdir({ ...FOLDER, 'measure-d.json': awake })
  t.match(await report(folder, { out: join(folder, 'page.html') }), { tone: 'bad' })
})

t.test('many rows are counted, not drawn', async t => {
  const layers = Array.from({ length: 150_000 }, (_, at) => ({ name: `l${at}`, drift: 0.1, flipped: 0 }))
  const page = await pageOf(t.testdir({ 'audit.json': JSON.stringify({ ...audit, layers }) }))
  t.match(page, /The first 200 of 150000/)
  t.notMatch(page, /l200</)
})

t.test('charts alone: SVG and PNG, and no page', async t => {
  const folder = t.testdir(FOLDER)
  const { out, figures } = await report(folder, { figures: join(folder, 'charts') })
  t.equal(out, null)
  const names = (await readdir(join(folder, 'charts'))).filter(name => name.endsWith('.svg'))
  const ids = ['scores', 'loss-1', 'class-score-1', 'class-mask-1', 'class-gap-1', 'drift-1', 'experiment-1']
  t.strictSame(names.sort(), ids.map(id => `${id}.svg`).sort())
  for (const path of figures.filter(name => name.endsWith('.png'))) {
    const { channels } = await sharp(path).stats()
    t.ok(
      channels.some(({ stdev }) => stdev > 1),
      `${path} is not empty`,
    )
  }
})

t.test('refusals', async t => {
  const folder = t.testdir({ 'x.json': '{}', empty: {} })
  const fails = (path: string, options: object, code: string, message: RegExp) =>
    t.rejects(report(path, options), { code, message }, String(message))
  await fails(join(folder, 'empty'), {}, 'ERR_BAD_DATA', /no \.json/)
  await fails(folder, {}, 'ERR_BAD_DATA', /1 files, none of them understood/)
  await fails(join(folder, 'nowhere'), {}, 'ERR_BAD_DATA', /ENOENT/)
  await fails(folder, { out: join(folder, 'no', 'r.html') }, 'ERR_BAD_OPTION', /no folder/)
  await writeFile(join(folder, 'audit.json'), JSON.stringify(audit))
  await fails(folder, { out: join(folder, 'empty') }, 'ERR_BAD_OPTION', /./)
  await fails(folder, { figures: join(folder, 'x.json') }, 'ERR_BAD_OPTION', /option "figures"/)
})

t.test('JSON that no command prints so long is not even hashed', async t => {
  const folder = t.testdir({ 'audit.json': JSON.stringify(audit), 'huge.json': '' })
  await truncate(join(folder, 'huge.json'), 8 * 2 ** 30) // a hole: it takes no room on the disk
  const { files, unknown } = await report(folder, { out: join(folder, 'page.html') })
  t.strictSame(files, ['audit.json'])
  t.strictSame(unknown, ['huge.json'])
})
