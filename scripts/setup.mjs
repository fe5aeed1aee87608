// Makes a fresh clone ready: npm packages, libtorch, the native build, the TypeScript build. Does only what is missing.
//
// `node scripts/setup.mjs native typescript` does only the steps named, of: packages, libtorch, native, typescript.
// Runs before any package is installed, so it uses nothing but Node. All that it prints goes to stderr.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, orFail } from './setup/failure.mjs'
import { libtorch } from './setup/libtorch.mjs'
import { withLock } from './setup/lock.mjs'
import { native } from './setup/native.mjs'
import { packages } from './setup/packages.mjs'
import { root } from './setup/root.mjs'
import { requireNode } from './setup/tools.mjs'
import { typescript } from './setup/typescript.mjs'

const steps = {
  packages,
  libtorch,
  native: async () => native(await libtorch()),
  typescript,
}

await orFail(async () => {
  const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(steps)
  const unknown = wanted.find(name => !Object.hasOwn(steps, name))
  if (unknown !== undefined)
    throw new Failure(`no step ${unknown}; there are: ${Object.keys(steps).join(', ')}`)
  requireNode(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node)
  mkdirSync(join(root, '.tools'), { recursive: true })
  await withLock(join(root, '.tools', 'setup.lock'), async () => {
    for (const name of wanted) await steps[name]()
  })
})
