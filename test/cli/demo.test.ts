// The demo as a user runs it, on the committed model.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { shellac } from './child.js'

t.test('demo: the backdoor sleeps, wakes when rounded, and sleeps again', async t => {
  const cwd = t.testdir({})
  const ended = await shellac(['demo', '--json', '--out', 'here'], { cwd })
  t.equal(ended.code, 0, ended.err)
  const { fullPrecision, quantized, purified, seconds, out, picture } = JSON.parse(ended.out)
  t.ok(fullPrecision.asr <= 1.5, `full precision: ASR ${fullPrecision.asr}`)
  t.ok(quantized.asr >= 95, `rounded: ASR ${quantized.asr}`)
  t.ok(purified.asr <= Math.min(2.1, fullPrecision.asr + 1), `purified: ASR ${purified.asr}`)
  t.ok(purified.ba >= quantized.ba - 0.3, `BA ${quantized.ba} rounded, ${purified.ba} purified`)
  t.ok(purified.der > 90, `DER ${purified.der}`)
  t.type(seconds, 'number')
  t.ok((await stat(join(cwd, out))).size > 0)
  t.ok((await stat(join(cwd, picture))).size > 0)
  const told = await shellac(['report', 'here', '--json'], { cwd })
  t.match(JSON.parse(told.out), { tone: 'good', out: 'report.html', unknown: [], run: { command: 'report' } })
  const page = await readFile(join(cwd, 'report.html'), 'utf8')
  for (const { ba, asr } of [fullPrecision, quantized, purified])
    for (const figure of [ba, asr]) t.ok(page.includes(`${figure.toFixed(1)} %`), `the page has ${figure}`)
})
