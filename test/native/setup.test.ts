// `shellac setup` as far as it needs no network: which wheel is wanted, which is refused, where it goes.
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { cacheFolder, provisioned } from '../../scripts/libtorch/cache.mjs'
import { exactVersion, pinOf } from '../../scripts/libtorch/pins.mjs'
import { checkHash, downloadWheel, parseWheel, requirement } from '../../scripts/libtorch/wheel.mjs'
import { run } from '../cli/child.js'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const OFFICIAL = 'torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl'

function cacheIn(t: Test, folder: string): void {
  const before = process.env.SHELLAC_CACHE
  process.env.SHELLAC_CACHE = folder
  t.teardown(() => {
    if (before === undefined) delete process.env.SHELLAC_CACHE
    else process.env.SHELLAC_CACHE = before
  })
}

t.test('a minor stands for its latest pinned version', async t => {
  t.equal(exactVersion('2.14'), '2.14.1')
  t.equal(exactVersion('2.13.0'), '2.13.0')
  t.equal(exactVersion('2.9'), undefined)
})

t.test('a wheel is told by its name', async t => {
  t.strictSame(parseWheel(`/x/${OFFICIAL}`), {
    version: '2.13.0',
    tag: '+cpu',
    python: '3.11',
    platform: 'manylinux_2_28_x86_64',
  })
  t.throws(() => parseWheel('torchvision-0.28.0.whl'), /not named as a wheel of torch/)
})

t.test(
  'another content under an official name is refused, and so is a wheel without a pin; both can be told to pass',
  async t => {
    const other = 'torch-2.13.0+mine-cp311-cp311-manylinux_2_28_x86_64.whl'
    const folder = t.testdir({ [OFFICIAL]: 'other', [other]: 'other' })
    const other256 = 'd9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa' // of "other"
    t.match(pinOf(OFFICIAL), /^[0-9a-f]{64}$/)
    await t.rejects(checkHash(join(folder, OFFICIAL), false), new RegExp(`${other256}, not the official one`))
    await t.rejects(checkHash(join(folder, other), false), /no hash is pinned/)
    await t.resolves(checkHash(join(folder, OFFICIAL), true))
  },
)

t.test('for CUDA no build without it is asked for, nor taken where an earlier set-up left one', async t => {
  const withCuda = OFFICIAL.replace('+cpu', '')
  const folder = t.testdir({ downloads: { [OFFICIAL]: '', [withCuda]: '' } })
  cacheIn(t, folder)
  t.equal(await downloadWheel('2.13.0', 'cuda'), join(folder, 'downloads', withCuda))
  t.equal(requirement('2.13.0', 'cuda'), 'torch==2.13.0,!=2.13.0+cpu')
  t.equal(requirement('2.13.0', 'cpu'), 'torch==2.13.0')
})

t.test('the cache: SHELLAC_CACHE, XDG_CACHE_HOME; what was placed last comes first', async t => {
  t.equal(cacheFolder({ SHELLAC_CACHE: '/a', XDG_CACHE_HOME: '/b' }), '/a')
  t.equal(cacheFolder({ XDG_CACHE_HOME: '/b' }), '/b/shellac')
  const folder = t.testdir({})
  cacheIn(t, folder)
  t.strictSame(provisioned(), [])
  for (const [name, time] of [
    ['2.13.0-cpu', 2],
    ['2.14.1-cuda', 1],
    ['2.14.1-cpu.new', 3],
  ] as const) {
    const path = join(folder, 'libtorch', name, 'torch')
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, 'version.py'), '')
    utimesSync(path, time, time)
  }
  t.strictSame(
    provisioned().map(path => path.slice(folder.length)),
    ['/libtorch/2.13.0-cpu/torch', '/libtorch/2.14.1-cuda/torch'],
  )
})

const refused: [string[], number, RegExp][] = [
  [['--torch', '1.13'], 1, /ERR_NO_LIBTORCH: set-up: torch 1\.13 is not supported/],
  [['--torch', 'newest'], 1, /ERR_BAD_OPTION: option "torch" of setup\(\)/],
  [['--from', '/nowhere/torch.whl'], 1, /does not exist/],
  [['--variant', 'rocm'], 1, /ERR_BAD_OPTION/],
]
for (const [args, code, err] of refused) {
  t.test(`refused: shellac setup ${args.join(' ')}`, async t => {
    t.match(await run([MAIN, 'setup', ...args]), { code, out: '', err })
  })
}

t.test('a local wheel that is not the official one leaves nothing behind', async t => {
  const folder = t.testdir({ [OFFICIAL]: 'other' })
  const { code, err } = await run([
    '-e',
    `process.env.SHELLAC_CACHE = ${JSON.stringify(join(folder, 'cache'))}
    process.argv = ['node', 'shellac', 'setup', '--from', ${JSON.stringify(join(folder, OFFICIAL))}]
    import(${JSON.stringify(MAIN)})`,
  ])
  t.match({ code, err }, { code: 1, err: /--any-hash/ })
})
