// Where libtorch is. Used by set-up, which builds against it, and by the library, which opens it at run time; so it
// is plain JavaScript that needs nothing but Node.
//
// The order: the one that was named; the optional package that holds one; the one that set-up placed in a clone; those
// that `shellac setup` placed; the `torch` package of the active Python environment. Nothing of Python's torch is
// executed: it is only looked for.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { provisioned } from './cache.mjs'
import { inspect } from './inspect.mjs'

export { defaultVersion, minorOf, supportedMinors } from './version.mjs'

/** The folder of a clone that set-up places libtorch in. */
export const placed = fileURLToPath(new URL('../../.libtorch/', import.meta.url))

/** The package that holds a libtorch for this platform, for machines without Python. */
export const vendoredPackage = `shellac-libtorch-cpu-${process.platform}-${process.arch}`

/** The first libtorch that can be used, or undefined. One that is named is the only one looked at. */
export function findLibtorch(named = process.env.SHELLAC_LIBTORCH) {
  for (const candidate of candidates(named)) if (candidate.ok) return candidate
}

/** Every libtorch on this machine that Shellac would look at, in order, with why it cannot be used. */
export function listLibtorch(named = process.env.SHELLAC_LIBTORCH) {
  return [...candidates(named)]
}

function* candidates(named) {
  if (named) {
    yield inspect(rootOf(resolve(named)), 'SHELLAC_LIBTORCH')
    return // whoever names one wants that one: another in its place would be a surprise
  }
  const seen = new Set()
  for (const [path, source] of places()) {
    if (path === undefined || seen.has(path) || !existsSync(path)) continue
    seen.add(path)
    yield inspect(path, source)
  }
}

function* places() {
  yield [vendored(), vendoredPackage]
  yield [join(placed, 'torch'), 'set-up']
  for (const path of provisioned()) yield [path, 'shellac setup']
  for (const variable of ['VIRTUAL_ENV', 'CONDA_PREFIX']) {
    const root = process.env[variable]
    if (root) yield [inEnvironment(root), variable]
  }
  yield [inPython(), 'python3']
}

function vendored() {
  try {
    const require = createRequire(import.meta.url)
    return join(dirname(require.resolve(`${vendoredPackage}/package.json`)), 'torch')
  } catch {
    return // most have none
  }
}

// A folder lib/ of a libtorch is taken for the libtorch that it belongs to.
function rootOf(path) {
  return basename(path) === 'lib' && existsSync(join(path, 'libtorch_cpu.so')) ? dirname(path) : path
}

function inEnvironment(root) {
  const lib = join(root, 'lib')
  if (!existsSync(lib)) return
  return readdirSync(lib)
    .filter(name => /^python3\.\d+$/.test(name))
    .map(name => join(lib, name, 'site-packages', 'torch'))
    .find(path => existsSync(path))
}

function inPython() {
  const script =
    "import importlib.util as u; s = u.find_spec('torch'); print(s.origin if s and s.origin else '')"
  const { stdout } = spawnSync('python3', ['-c', script], { encoding: 'utf8', timeout: 20_000 })
  const origin = stdout?.trim()
  return origin ? dirname(origin) : undefined
}
