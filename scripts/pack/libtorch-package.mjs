// Makes the optional package that holds a CPU libtorch, for machines without Python: `node
// scripts/pack/libtorch-package.mjs [LIBTORCH]`. A folder in build/packages/, ready for `npm pack` or `npm publish`.
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findLibtorch, vendoredPackage } from '../libtorch/find.mjs'
import { Failure, orFail } from '../setup/failure.mjs'
import { root } from '../setup/root.mjs'
import { run, say } from '../setup/run.mjs'

/** @param {string} [named] a libtorch */
export async function libtorchPackage(named) {
  const torch = findLibtorch(named)
  if (!torch) throw new Failure('no libtorch to pack. Run: npm run setup')
  if (torch.cuda) throw new Failure(`${torch.path} has a CUDA backend, far too large for a package`)
  const folder = join(root, 'build', 'packages', vendoredPackage)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'torch', 'lib'), { recursive: true })
  const lib = join(torch.path, 'lib')
  const names = readdirSync(lib).filter(name => /^lib(torch_cpu|c10|gomp.*)\.so/.test(name))
  for (const name of names) {
    copyFileSync(join(lib, name), join(folder, 'torch', 'lib', name))
    await run('strip', ['--strip-unneeded', join(folder, 'torch', 'lib', name)])
  }
  copyFileSync(join(torch.path, 'version.py'), join(folder, 'torch', 'version.py'))
  copyLicences(torch.path, folder)
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(torch.version), null, 2)}\n`)
  writeFileSync(join(folder, 'README.md'), readme(torch.version))
  say(`${folder} is ready`)
  return folder
}

function manifest(version) {
  return {
    name: vendoredPackage,
    version: version.replace(/\+.*/, ''),
    description: `libtorch ${version} for shellac-torch, for machines without Python`,
    license: 'BSD-3-Clause',
    os: [process.platform],
    cpu: [process.arch],
    libc: ['glibc'],
    files: ['torch', 'licences'],
  }
}

const readme = version => `# ${vendoredPackage}

The shared libraries of PyTorch ${version} that shellac-torch needs on the CPU, as PyTorch built them, stripped.
\`licences/\` has PyTorch's licence and those of what it contains.
`

function copyLicences(torch, folder) {
  const site = dirname(torch)
  const info = readdirSync(site).find(name => /^torch-.*\.dist-info$/.test(name))
  const from = info && ['licenses', 'LICENSE'].map(name => join(site, info, name)).find(existsSync)
  if (!from) throw new Failure(`no licence of PyTorch beside ${torch}: the package must not go without it`)
  cpSync(from, join(folder, 'licences'), { recursive: true })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await orFail(() => libtorchPackage(process.argv[2]))
