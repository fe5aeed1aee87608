// Step 1: the npm packages, exactly as package-lock.json names them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'
import { run, say } from './run.mjs'
import { requireTools } from './tools.mjs'

export async function packages() {
  if (installed()) return
  requireTools(['npm'], 'install the npm packages')
  say('installing npm packages')
  // No package needs its install script; onnxruntime-node's would download what the tests don't use.
  await run('npm', ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: root })
  // Else the first run of the tests builds a runner as .taprc has it, and goes on with the one before, which compiles twice.
  await run(join(root, 'node_modules', '.bin', 'tap'), ['build'], { cwd: root })
}

// npm notes what it installed in node_modules/.package-lock.json, and writes that last: an interrupted install has none.
function installed() {
  const wanted = read('package-lock.json')
  const present = read('node_modules/.package-lock.json')
  if (!present) return false
  return Object.entries(wanted.packages).every(
    ([path, { version, optional }]) =>
      path === '' || present.packages[path]?.version === version || (optional && !present.packages[path]),
  )
}

function read(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8'))
  } catch {
    return undefined
  }
}
