// The builds that watch the native parts, each in a folder of its own beside the one that is used.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { minorOf } from '../libtorch/version.mjs'
import { libtorch } from '../setup/libtorch.mjs'
import { root } from '../setup/root.mjs'
import { run } from '../setup/run.mjs'

const cmakeJs = join(root, 'node_modules', 'cmake-js', 'bin', 'cmake-js')

/** The loader and the core under AddressSanitizer and UndefinedBehaviorSanitizer; gives the folder for SHELLAC_TORCH_PREBUILD. */
export async function sanitized() {
  const torch = await libtorch()
  const minor = minorOf(torch.version)
  const folder = join(root, 'build', 'asan')
  const out = join(folder, 'build') // where node-gyp-build looks in a folder
  const cores = join(out, 'artifacts', 'cores')
  mkdirSync(cores, { recursive: true })
  const options = ['--out', out, '--log-level', 'warn']
  const definitions = [
    `--CDSHELLAC_TORCH=${torch.path}`,
    `--CDSHELLAC_TORCH_MINOR=${minor}`,
    `--CDSHELLAC_CORES=${cores}`,
    '--CDSHELLAC_SANITIZE=ON',
  ]
  await run(process.execPath, [cmakeJs, 'configure', ...options, ...definitions], { cwd: root })
  await run(process.execPath, [cmakeJs, 'build', ...options, '--parallel', '1'], { cwd: root })
  return folder
}

/** The fuzz targets of native/fuzz, with clang; gives the folder that they lie in. */
export async function fuzzers() {
  const torch = await libtorch()
  const out = join(root, 'build', 'fuzz')
  const definitions = [
    '-DCMAKE_BUILD_TYPE=Release',
    '-DCMAKE_C_COMPILER=clang',
    '-DCMAKE_CXX_COMPILER=clang++',
    '-DSHELLAC_FUZZ=ON',
    `-DSHELLAC_TORCH=${torch.path}`,
    `-DSHELLAC_TORCH_MINOR=${minorOf(torch.version)}`,
  ]
  const remedy = 'It needs clang with libFuzzer: apt-get install clang ninja-build'
  await run('cmake', ['-S', root, '-B', out, '-G', 'Ninja', ...definitions], { cwd: root, remedy })
  await run('cmake', ['--build', out, '--parallel', '1'], { cwd: root })
  return join(out, 'native', 'fuzz')
}

/** The core's objects as a small program without Node; gives its path. */
export async function smoke() {
  const torch = await libtorch()
  const out = join(root, 'build')
  await run('cmake', ['--build', out, '--target', 'shellac-smoke'], { cwd: root })
  return { program: join(out, 'shellac-smoke'), torch }
}
