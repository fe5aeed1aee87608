// The formatter and linter of TypeScript, pinned. Not among the development packages: it names a package a platform, and
// a registry mirror that lacks one of them would make the lock file unusable for everybody.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../setup/root.mjs'
import { run, say } from '../setup/run.mjs'

const wanted = '@biomejs/biome@2.6.8'
const folder = join(root, '.tools', 'biome-2.6.8')

/** The program's path; got with npm at the first use. */
export async function biome() {
  if (!existsSync(folder)) await get()
  return join(folder, 'node_modules', '.bin', 'biome')
}

async function get() {
  say(`fetching ${wanted} with npm into .tools/`)
  rmSync(`${folder}.new`, { recursive: true, force: true })
  mkdirSync(`${folder}.new`, { recursive: true })
  await run(
    'npm',
    ['install', '--prefix', `${folder}.new`, '--no-package-lock', '--no-audit', '--no-fund', wanted],
    {
      cwd: root,
    },
  )
  renameSync(`${folder}.new`, folder)
}
