// What a folder that claims to be a libtorch holds, and whether Shellac can use it. Reads files, runs nothing.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { missingLibraries } from './elf.mjs'
import { minorOf, supportedMinors } from './version.mjs'

/** @param {string} path @param {string} source @returns {import('./find.mjs').LibtorchCandidate} */
export function inspect(path, source) {
  const version = readVersion(path)
  const cuda = existsSync(join(path, 'lib', 'libtorch_cuda.so'))
  const headers = existsSync(join(path, 'include', 'ATen', 'ATen.h'))
  const why = whyNot(path, version)
  const verdict = why === undefined ? { ok: true } : { ok: false, why }
  return { path, source, version, cuda, headers, ...verdict }
}

function whyNot(path, version) {
  for (const part of ['lib/libtorch_cpu.so', 'lib/libc10.so']) {
    if (!existsSync(join(path, part))) return `it has no ${part}`
  }
  if (version === undefined) return 'it does not tell its version'
  if (!supportedMinors.includes(minorOf(version))) {
    return `it is version ${version}; supported are ${supportedMinors.join(', ')}`
  }
  return whyUnloadable(path)
}

function whyUnloadable(path) {
  try {
    const missing = missingLibraries(['libtorch_cpu.so', 'libc10.so'].map(name => join(path, 'lib', name)))
    if (missing.length > 0) return `it needs ${missing.join(', ')}, which is not on this machine`
  } catch (error) {
    return error.message
  }
}

const places = [
  ['version.py', /^__version__\s*=\s*['"]([^'"]+)['"]/m],
  ['build-version', /^\s*(\S+)/],
  ['include/torch/csrc/api/include/torch/version.h', /#define\s+TORCH_VERSION\s+"([^"]+)"/],
  ['include/torch/headeronly/version.h', /#define\s+TORCH_VERSION\s+"([^"]+)"/],
]

function readVersion(path) {
  for (const [file, pattern] of places) {
    const at = join(path, file)
    const found = existsSync(at) ? readFileSync(at, 'utf8').match(pattern)?.[1] : undefined
    if (found) return found
  }
}
