// Places a libtorch in .libtorch/: the `torch` wheel without its Python dependencies.
//
// On some machines pip's wheel is a CUDA build, whose libtorch_cpu asks for some of CUDA's libraries even where no GPU
// is ever used. The small wheels that hold those are then placed beside it, where its run path looks ($ORIGIN/../../nvidia).
// With `cuda`, so are the large ones that its CUDA backend asks for.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../setup/failure.mjs'
import { run, say } from '../setup/run.mjs'
import { requireTools } from '../setup/tools.mjs'
import { wheelsFor } from './cuda-wheels.mjs'
import { missingLibraries } from './elf.mjs'
import { placed } from './find.mjs'
import { wheel } from './version.mjs'

const target = placed.replace(/\/$/, '')

/** @param {{ cuda?: boolean, requirement?: string }} [options] */
export async function fetchLibtorch({ cuda = false, requirement = wheel } = {}) {
  requireTools(['python3', 'pip'], 'fetch libtorch')
  discardLeftovers()
  const fresh = `${target}.new`
  say(`fetching libtorch (${requirement}) with pip into .libtorch/`)
  await pip(fresh, ['--no-deps', requirement])
  await completeWithCuda(fresh, cuda)
  dropTests(join(fresh, 'torch'))
  // Placed whole or not at all: an interrupted fetch leaves only .libtorch.new, which the next one throws away.
  if (existsSync(target)) renameSync(target, `${target}.old`)
  renameSync(fresh, target)
  discardLeftovers()
}

function pip(folder, what) {
  return run('python3', ['-m', 'pip', 'install', '--no-input', '--target', folder, ...what], {
    env: { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_ROOT_USER_ACTION: 'ignore', PIP_NO_COMPILE: '1' },
    remedy: 'Or set SHELLAC_LIBTORCH to a libtorch that is already here (a folder with lib/ and include/).',
  })
}

async function completeWithCuda(folder, cuda) {
  const lib = join(folder, 'torch', 'lib')
  const names = ['libtorch_cpu.so', 'libc10.so', ...(cuda ? ['libtorch_cuda.so', 'libc10_cuda.so'] : [])]
  const files = names.map(name => join(lib, name)).filter(file => existsSync(file))
  const missing = missingLibraries(files).filter(name => name !== 'libcuda.so.1') // the driver's own
  if (missing.length === 0) return
  const { requirements, unknown } = wheelsFor(missing, metadata(folder))
  if (unknown.length > 0) {
    throw new Failure(
      `libtorch needs ${unknown.join(', ')}, and no wheel is known that has it. Set SHELLAC_LIBTORCH.`,
    )
  }
  say(`this libtorch needs ${missing.join(', ')}`)
  await pip(folder, requirements)
  const still = missingLibraries(files).filter(name => name !== 'libcuda.so.1')
  if (still.length > 0) throw new Failure(`libtorch still lacks ${still.join(', ')}. Set SHELLAC_LIBTORCH.`)
}

function metadata(folder) {
  const info = readdirSync(folder).find(name => /^torch-[\d.].*\.dist-info$/.test(name))
  return info ? readFileSync(join(folder, info, 'METADATA'), 'utf8') : ''
}

function dropTests(torch) {
  for (const name of ['libjitbackend_test.so', 'libbackend_with_compiler.so', 'libtorchbind_test.so']) {
    rmSync(join(torch, 'lib', name), { force: true })
  }
  rmSync(join(torch, 'test'), { recursive: true, force: true })
}

function discardLeftovers() {
  for (const suffix of ['.new', '.old']) rmSync(`${target}${suffix}`, { recursive: true, force: true })
}
