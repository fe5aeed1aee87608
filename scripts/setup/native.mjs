// Step 3: the native parts: the loader in build/Release, the core of the libtorch at hand in build/artifacts/cores.
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import os from 'node:os' // whole: an old Node has no availableParallelism, and must get as far as being told that it is old
import { join } from 'node:path'
import { defaultVersion, minorOf } from '../libtorch/version.mjs'
import { Failure } from './failure.mjs'
import { root } from './root.mjs'
import { run, say } from './run.mjs'
import { fingerprint, readStamp, writeStamp } from './stamp.mjs'
import { requireTools } from './tools.mjs'

const release = join(root, 'build', 'Release')
const cores = join(root, 'build', 'artifacts', 'cores')

/** @param {import('../libtorch/find.mjs').LibtorchCandidate} torch */
export async function native(torch) {
  const minor = minorOf(torch.version)
  const stampPath = join(cores, `torch-${minor}.json`)
  const built = [join(release, 'shellac_loader.node'), join(cores, `torch-${minor}.node`)]
  const sources = ['native', 'CMakeLists.txt', 'package.json'].map(name => join(root, name))
  const now = fingerprint(sources, [torch.path, torch.version]) // before the build: what changes during it, counts as changed
  const before = readStamp(stampPath)
  if (before?.fingerprint === now && built.every(file => existsSync(file))) return
  if (!torch.headers) throw new Failure(`${torch.path} has no include/ATen/ATen.h to build against`)
  requireTools(['g++', 'cmake', 'make'], 'build the native core')
  say(`building the native core against libtorch ${torch.version} (${torch.path})`)
  const out = outputFolder(minor)
  // Precompiled headers and objects know nothing of a change of libtorch's version under the same path.
  if (before && before.torch.version !== torch.version) rmSync(out, { recursive: true, force: true })
  mkdirSync(cores, { recursive: true })
  for (const old of ['shellac.node', 'shellac.json']) rmSync(join(release, old), { force: true }) // of a build before there were several cores
  await cmake(out, 'configure', `--CDSHELLAC_TORCH=${torch.path}`, `--CDSHELLAC_TORCH_MINOR=${minor}`)
  await cmake(out, 'build', '--parallel', String(jobs()))
  const { path, version, cuda } = torch
  writeStamp(stampPath, { fingerprint: now, torch: { path, version, cuda }, node: process.version })
}

// The objects of the version that set-up fetches lie in build/ itself, those of each other one in a folder in it.
function outputFolder(minor) {
  const build = join(root, 'build')
  return minor === minorOf(defaultVersion) ? build : join(build, `torch-${minor}`)
}

// `build`, not `compile`: that one answers an error with a full rebuild and hides the first message.
function cmake(out, command, ...args) {
  const script = join(root, 'node_modules', 'cmake-js', 'bin', 'cmake-js')
  const options = ['--out', out, '--log-level', 'warn']
  return run(process.execPath, [script, command, ...options, ...args], { cwd: root })
}

// A compiler takes about a gigabyte with the precompiled header.
function jobs() {
  return Math.max(1, Math.min(os.availableParallelism(), Math.floor(os.totalmem() / 1.2e9)))
}
