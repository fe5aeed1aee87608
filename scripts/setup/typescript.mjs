// Step 4: the TypeScript sources, compiled into dist/.
import { chmodSync, cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'
import { run, say } from './run.mjs'
import { fingerprint, readStamp, writeStamp } from './stamp.mjs'

const dist = join(root, 'dist')
const stampPath = join(dist, '.stamp.json')

export async function typescript() {
  const sources = ['lib', 'tsconfig.json', 'binding.d.ts', 'package-lock.json'].map(name => join(root, name))
  const now = fingerprint(sources)
  if (readStamp(stampPath)?.fingerprint === now) return
  say('building the TypeScript library')
  rmSync(dist, { recursive: true, force: true }) // else the output of a deleted source would live on
  const script = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  await run(process.execPath, [script, '--project', 'tsconfig.json'], { cwd: root })
  cpSync(join(root, 'lib', 'service', 'page'), join(dist, 'service', 'page'), { recursive: true })
  const main = join(dist, 'cli', 'main.js')
  if (existsSync(main)) chmodSync(main, 0o755)
  writeStamp(stampPath, { fingerprint: now })
}
