// Makes prebuilds/PLATFORM-ARCH/: the loader, and in cores/ every core that is built. `npm run prebuilds` builds the core
// of the libtorch at hand; for the others run it again with SHELLAC_LIBTORCH set to each.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { orFail } from '../setup/failure.mjs'
import { libtorch } from '../setup/libtorch.mjs'
import { native } from '../setup/native.mjs'
import { root } from '../setup/root.mjs'
import { run, say } from '../setup/run.mjs'

export const platform = `${process.platform}-${process.arch}`
export const prebuilds = join(root, 'prebuilds', platform)

export async function prebuild() {
  await native(await libtorch())
  rmSync(prebuilds, { recursive: true, force: true })
  const prebuildify = join(root, 'node_modules', 'prebuildify', 'bin.js')
  const shim = join(root, 'scripts', 'pack', 'cmake-js-shim.mjs')
  const options = ['--napi', '--strip', '--tag-libc', '--node-gyp', shim]
  await run(process.execPath, [prebuildify, ...options, '--artifacts', join(root, 'build', 'artifacts')], {
    cwd: root,
  })
  await finishCores()
  await native(await libtorch()) // prebuildify moves the loader away
  say(`prebuilds/${platform}: ${readdirSync(prebuilds, { recursive: true }).join(', ')}`)
}

// prebuildify strips the loader alone. What a core was built against concerns this machine only.
async function finishCores() {
  const cores = join(prebuilds, 'cores')
  for (const name of readdirSync(cores)) {
    if (name.endsWith('.node')) await run('strip', ['--strip-all', join(cores, name)])
    else rmSync(join(cores, name))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await orFail(prebuild)
