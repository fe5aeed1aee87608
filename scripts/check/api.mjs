// The API reference, docs/api, from the docstrings: written, or compared with what is there. Fails where a public export has
// no docstring (typedoc.json says which kinds need one).
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../setup/failure.mjs'
import { root } from '../setup/root.mjs'
import { run } from '../setup/run.mjs'

const kept = join(root, 'docs', 'api')
const made = join(root, '.tools', 'api')

export async function apiReference({ fix }) {
  mkdirSync(join(root, '.tools'), { recursive: true })
  rmSync(made, { recursive: true, force: true })
  await run(join(root, 'node_modules', '.bin', 'typedoc'), ['--out', made, '--logLevel', 'Warn'], {
    cwd: root,
  })
  if (fix) {
    rmSync(kept, { recursive: true, force: true })
    cpSync(made, kept, { recursive: true })
  }
  const stale = differing()
  if (stale.length > 0) throw new Failure(`docs/api is not what the docstrings say: ${stale.join(', ')}`)
}

function differing() {
  const names = new Set([...filesIn(kept), ...filesIn(made)])
  return [...names].filter(name => contentOf(kept, name) !== contentOf(made, name))
}

function filesIn(folder) {
  try {
    return readdirSync(folder, { recursive: true }).filter(name => name.endsWith('.md'))
  } catch {
    return []
  }
}

function contentOf(folder, name) {
  try {
    return readFileSync(join(folder, name), 'utf8')
  } catch {
    return null
  }
}
