// Which libtorch is used, and what is said where none can be: by folders that look like one.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { builtCores } from '../../lib/native/addons.js'
import { judged } from '../../lib/native/choose.js'
import { findLibtorch, listLibtorch, minorOf } from '../../scripts/libtorch/find.mjs'
import { run } from '../cli/child.js'

const INDEX = new URL('../../dist/index.js', import.meta.url).href
const LOADER = fileURLToPath(new URL('../../build/Release/shellac_loader.node', import.meta.url))

/** A folder that looks like a libtorch of that version; its libraries are some that need nothing. */
function libtorch(folder: string, version: string): string {
  mkdirSync(join(folder, 'lib'), { recursive: true })
  for (const name of ['libtorch_cpu.so', 'libc10.so']) copyFileSync(LOADER, join(folder, 'lib', name))
  writeFileSync(join(folder, 'version.py'), `__version__ = '${version}'\n`)
  return folder
}

/** What a process says that computes with a libtorch: "code | found | expected | remedy". */
async function failure(named: string): Promise<string> {
  const { out } = await run([
    '--input-type=module',
    '-e',
    `import { configure, createModel } from '${INDEX}'
    configure({ libtorch: ${JSON.stringify(named)} })
    await createModel('resnet18', { width: 4, channels: 1, inputSize: 28 }).catch(({ code, complaint }) =>
      console.log([code, complaint.found, complaint.expected, complaint.remedy].join(' | ')))`,
  ])
  return out
}

t.test('a version is read with its build tag, and without headers it can still be run', async t => {
  const [found] = listLibtorch(libtorch(t.testdir(), '2.14.1+cpu'))
  t.match(found, { version: '2.14.1+cpu', cuda: false, headers: false, ok: true })
  t.equal(minorOf('2.14.1+cpu'), '2.14')
})

t.test('what is named is the only one looked at, and may be its lib folder', async t => {
  const path = libtorch(t.testdir(), '2.13.0')
  t.equal(findLibtorch(join(path, 'lib'))?.path, path)
  t.equal(findLibtorch(t.testdir({})), undefined)
})

t.test('an unsupported version is refused with those that are supported', async t => {
  const [found] = listLibtorch(libtorch(t.testdir(), '2.9.1'))
  t.match(found, { ok: false, why: 'it is version 2.9.1; supported are 2.11, 2.13, 2.14' })
})

t.test('a libtorch without a core for it is refused with the cores that are there', async t => {
  const [found] = listLibtorch(libtorch(t.testdir(), '2.14.1'))
  t.match(judged(found!, ['2.13']), { ok: false, why: 'it is version 2.14.1; there is a core for 2.13' })
  t.match(judged(found!, []), { ok: false, why: /no core here/ })
  t.match(judged(found!, ['2.13', '2.14']), { ok: true })
})

t.test(
  'the wrong minor ends in an error that says what is there, what would do, and what mends it',
  async t => {
    const path = libtorch(t.testdir(), '2.9.1')
    const said = await failure(path)
    t.match(said, /^ERR_NO_LIBTORCH \| none that can be used \(/)
    t.match(said, `${path}: it is version 2.9.1; supported are`)
    t.match(said, /npx shellac setup --torch 2\.\d+/)
  },
)

t.test('a library that is no libtorch, whatever it says, is found out when it is opened', async t => {
  const version = `${builtCores()[0]}.0`
  t.match(
    await failure(libtorch(t.testdir(), version)),
    /ERR_NO_LIBTORCH \| a library that does not tell its version/,
  )
})

t.test('a folder that is none', async t => {
  t.match(
    await failure('/nowhere'),
    'ERR_NO_LIBTORCH | none that can be used (/nowhere: it has no lib/libtorch_cpu.so)',
  )
})

t.test('configure() after the first call that computed is refused', async t => {
  const { out } = await run([
    '--input-type=module',
    '-e',
    `import { configure, createModel } from '${INDEX}'
    await createModel('resnet18', { width: 4, channels: 1, inputSize: 28 })
    try { configure({ libtorch: '/elsewhere' }) } catch ({ code }) { console.log(code) }`,
  ])
  t.equal(out, 'ERR_BAD_OPTION\n')
})

t.test('doctor and help work where there is no libtorch at all', async t => {
  const none = t.testdir({})
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
  const doctor = await run([
    '-e',
    `process.env.SHELLAC_LIBTORCH=${JSON.stringify(none)}
    process.argv=['node','shellac','doctor','--json']; import(${JSON.stringify(main)})`,
  ])
  const report = JSON.parse(doctor.out)
  t.match(report, { ok: false, libtorch: [{ path: none, ok: false, why: 'it has no lib/libtorch_cpu.so' }] })
  t.match(report.devices, [{ device: 'cpu', works: false }])
  t.equal(doctor.code, 1)
  t.match(await run([main, '--help']), { code: 0, out: /purify/ })
})
