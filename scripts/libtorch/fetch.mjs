// Places a libtorch: the `torch` wheel without its Python dependencies.
//
// On some machines pip's wheel is a CUDA build, whose libtorch_cpu asks for some of CUDA's libraries even where no GPU
// is ever used. The small wheels that hold those are then placed beside it, where its run path looks ($ORIGIN/../../nvidia).
// With `cuda`, so are the large ones that its CUDA backend asks for.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../setup/failure.mjs'
import { say } from '../setup/run.mjs'
import { requireTools } from '../setup/tools.mjs'
import { wheelsFor } from './cuda-wheels.mjs'
import { missingLibraries } from './elf.mjs'
import { placed } from './find.mjs'
import { pip } from './pip.mjs'
import { defaultVersion } from './version.mjs'

/** The libtorch of a clone, in .libtorch/. */
export async function fetchLibtorch() {
  say('fetching libtorch with pip into .libtorch/')
  await placeLibtorch(placed.replace(/\/$/, ''), { torch: [`torch==${defaultVersion}`] })
}

/**
 * Places a libtorch whole or not at all: an interrupted try leaves only `target`.new, which the next one throws away.
 * @param {string} target
 * @param {{ torch: string[], cuda?: boolean, wheels?: string, cpuOnly?: boolean }} how `torch`: what pip is told to
 *   install; `cuda`: with the CUDA libraries that the CUDA backend needs; `wheels`: the only folder that pip may take
 *   those from; `cpuOnly`: without the CUDA backend
 */
export async function placeLibtorch(target, { torch, cuda = false, wheels, cpuOnly = false }) {
  requireTools(['python3', 'pip'], 'fetch libtorch')
  discardLeftovers(target)
  const fresh = `${target}.new`
  const source = wheels === undefined ? [] : ['--no-index', '--find-links', wheels]
  await pip(['install', '--target', fresh, '--no-deps', ...source, ...torch])
  if (cpuOnly) dropCuda(join(fresh, 'torch', 'lib'))
  await completeWithCuda(fresh, cuda, source)
  dropTests(join(fresh, 'torch'))
  if (existsSync(target)) renameSync(target, `${target}.old`)
  renameSync(fresh, target)
  discardLeftovers(target)
}

async function completeWithCuda(folder, cuda, source) {
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
  await pip(['install', '--target', folder, ...source, ...requirements])
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

// Half of a CUDA build, and of no use on the CPU.
function dropCuda(lib) {
  const backend = /^lib(torch_cuda.*|c10_cuda|torch_nvshmem|caffe2_nvrtc)\.so$/
  for (const name of readdirSync(lib).filter(file => backend.test(file))) rmSync(join(lib, name))
}

function discardLeftovers(target) {
  for (const suffix of ['.new', '.old']) rmSync(`${target}${suffix}`, { recursive: true, force: true })
}
