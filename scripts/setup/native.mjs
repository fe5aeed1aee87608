// Step 3: the native parts, in build/Release.
import { existsSync, rmSync } from 'node:fs'
import os from 'node:os' // whole: an old Node has no availableParallelism, and must get as far as being told that it is old
import { join } from 'node:path'
import { root } from './root.mjs'
import { run, say } from './run.mjs'
import { fingerprint, readStamp, writeStamp } from './stamp.mjs'
import { requireTools } from './tools.mjs'

const stampPath = join(root, 'build', 'Release', 'shellac.json')
const addons = ['shellac_loader.node', 'shellac.node'].map(name => join(root, 'build', 'Release', name))

/** @param {import('../libtorch/find.mjs').LibtorchCandidate} torch */
export async function native(torch) {
  const sources = ['native', 'CMakeLists.txt', 'package.json'].map(name => join(root, name))
  const now = fingerprint(sources, [torch.path, torch.version]) // before the build: what changes during it, counts as changed
  const before = readStamp(stampPath)
  if (before?.fingerprint === now && addons.every(file => existsSync(file))) return
  requireTools(['g++', 'cmake', 'make'], 'build the native core')
  say(`building the native core against libtorch ${torch.version} (${torch.path})`)
  // Precompiled headers and objects know nothing of a change of libtorch's version under the same path.
  if (before && before.torch.version !== torch.version)
    rmSync(join(root, 'build'), { recursive: true, force: true })
  await cmake('configure', `--CDSHELLAC_TORCH=${torch.path}`)
  await cmake('build', '--parallel', String(jobs()))
  const { path, version, cuda } = torch
  writeStamp(stampPath, { fingerprint: now, torch: { path, version, cuda }, node: process.version })
}

// `build`, not `compile`: that one answers an error with a full rebuild and hides the first message.
function cmake(command, ...args) {
  const script = join(root, 'node_modules', 'cmake-js', 'bin', 'cmake-js')
  return run(process.execPath, [script, command, '--log-level', 'warn', ...args], { cwd: root })
}

// A compiler takes about a gigabyte with the precompiled header.
function jobs() {
  return Math.max(1, Math.min(os.availableParallelism(), Math.floor(os.totalmem() / 1.2e9)))
}
