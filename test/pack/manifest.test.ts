// What the package must not have, and what it must: the quick part of `npm run pack:check`.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'

import { version } from '../../lib/version.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

t.test(
  'nothing runs at install: no script of those names, and nothing that npm would build by itself',
  async t => {
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare', 'prebuild', 'postbuild']) {
      t.notOk(name in manifest.scripts, name)
    }
    t.notOk(existsSync(join(ROOT, 'binding.gyp')))
  },
)

t.test('the version is said twice, the same', t => {
  t.equal(version, manifest.version)
  t.end()
})

t.test('what runs after install is a dependency, what builds and tests is none', async t => {
  t.ok('node-gyp-build' in manifest.dependencies)
  for (const name of ['cmake-js', 'prebuildify', 'typescript', 'tap'])
    t.notOk(name in manifest.dependencies, name)
})

t.test('the headers of Node come from a package, not from a download', async t => {
  const script = join(ROOT, 'node_modules', 'cmake-js', 'bin', 'cmake-js')
  const { stdout } = await promisify(execFile)(process.execPath, [script, 'print-cmakejs-include'], {
    cwd: ROOT,
  })
  t.match(stdout.trim(), /node-api-headers\/include/)
})

t.test('every entry of the package is built', async t => {
  const entries = Object.values(
    manifest.exports as Record<string, string | { default: string; types: string }>,
  )
  for (const entry of entries) {
    const files = typeof entry === 'string' ? [entry] : [entry.default, entry.types]
    for (const file of files) t.ok(existsSync(join(ROOT, file)), file)
  }
})
