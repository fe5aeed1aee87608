// `npm run pack:check`: the packed tarball as a user gets it. Installs it into an empty folder with scripts disabled,
// on a PATH without a compiler, CMake or Python, and loads, purifies, measures and asks the doctor there, once for each
// Node that can be had; then runs a program into which esbuild bundled it. libtorch comes from the optional package that
// holds one; packing it takes a minute or more, and `-- --libtorch TARBALL` takes one that is packed. Prints one line a
// check.
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { vendoredPackage } from '../libtorch/find.mjs'
import { Failure, orFail } from '../setup/failure.mjs'
import { root } from '../setup/root.mjs'
import { say } from '../setup/run.mjs'
import { bundle } from './bundle.mjs'
import { consumers } from './consumers.mjs'
import { installInto, nodes, packed } from './install.mjs'
import { libtorchPackage } from './libtorch-package.mjs'
import { prebuild, prebuilds } from './prebuild.mjs'

const LARGEST = 5e6
const SLOWEST_IMPORT_MS = 30
let failed = false

await orFail(async () => {
  if (!existsSync(prebuilds)) await prebuild()
  const folder = mkdtempSync(join(tmpdir(), 'shellac-pack-'))
  try {
    await check(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

async function check(folder) {
  tell(!outdated(), 'prebuilds/ is as new as what was built here; else: npm run prebuilds')
  const tarball = await packed(root, folder)
  tell(tarball.size < LARGEST, `tarball: ${(tarball.size / 1e6).toFixed(2)} MB, ${tarball.files} files`)
  const versions = await nodes(folder)
  const bare = join(folder, 'without-libtorch')
  await installInto(bare, [tarball.path])
  for (const node of versions) withoutLibtorch(consumers(bare, emptyPath(folder, node)))
  const full = join(folder, 'with-libtorch')
  await installInto(full, [tarball.path, await libtorchTarball(folder)])
  for (const node of versions) withLibtorch(full, consumers(full, emptyPath(folder, node)))
  await whenBundled(full, join(folder, 'bundled'), versions)
  if (failed) throw new Failure('the package is not as it should be')
  say('the package is as it should be')
}

// What lies in prebuilds/ may come from another machine, so it is not made again unasked.
function outdated() {
  const built = join(root, 'build', 'artifacts', 'cores')
  const time = path => (existsSync(path) ? statSync(path).mtimeMs : 0)
  const names = existsSync(built) ? readdirSync(built).filter(name => name.endsWith('.node')) : []
  return names.some(name => time(join(built, name)) > time(join(prebuilds, 'cores', name)))
}

function withoutLibtorch(consumer) {
  const help = consumer.shellac('--help')
  tell(help.status === 0 && help.stdout.includes('purify'), `${consumer.node}: --help without libtorch`)
  const { status, stdout } = consumer.shellac('doctor', '--json')
  const report = read(stdout)
  const honest = status === 1 && report?.libtorch.length === 0 && report.addon.cores.length > 0
  tell(honest, `${consumer.node}: doctor without libtorch: ${report?.problems[0]?.remedy}`)
  const { code } = consumer.failure()
  tell(code === 'ERR_NO_LIBTORCH', `${consumer.node}: computing without libtorch: ${code}`)
}

function withLibtorch(folder, consumer) {
  const found = consumer.run()
  if (!found) return tell(false, `${consumer.node}: the program failed`)
  const { ba, seconds, openedByImport, opened, sameByRequire } = found
  tell(Number.isFinite(ba), `${consumer.node}: purify and measure in ${seconds.toFixed(1)} s`)
  tell(openedByImport.length === 0, `${consumer.node}: import opens nothing native`)
  tell(sameByRequire, `${consumer.node}: require() gives the same module`)
  const foreign = opened.filter(path => !path.startsWith(folder))
  tell(foreign.length === 0, `${consumer.node}: nothing from elsewhere is open ${foreign}`)
  const ms = Math.min(...Array.from({ length: 15 }, () => consumer.importMs()))
  tell(ms < SLOWEST_IMPORT_MS, `${consumer.node}: import takes ${ms.toFixed(0)} ms, the best of fifteen`)
  const doctor = consumer.shellac('doctor', '--json')
  tell(read(doctor.stdout)?.ok === true, `${consumer.node}: doctor is content ${doctor.stderr}`)
}

async function whenBundled(installed, folder, versions) {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return say('what is bundled is for linux-x64; left out')
  mkdirSync(folder)
  const program = await bundle(installed, folder)
  const libtorch = join(installed, 'node_modules', vendoredPackage, 'torch')
  for (const node of versions) {
    const env = { PATH: emptyPath(folder, node), HOME: folder, SHELLAC_LIBTORCH: libtorch }
    const { stdout, stderr } = spawnSync(node, [program], { cwd: folder, env, encoding: 'utf8' })
    const found = read(stdout)
    const addons = found?.opened.filter(path => path.endsWith('.node')) ?? []
    const own = addons.length === 2 && addons.every(path => path.startsWith(folder))
    tell(
      own && Number.isFinite(found.ba),
      `Node ${found?.node ?? node}: bundled by esbuild, with its own native files ${stderr}`,
    )
  }
}

// Node and what npm's shebangs need; nothing that could compile or run Python.
function emptyPath(folder, node) {
  const bin = mkdtempSync(join(folder, 'bin-'))
  symlinkSync(node, join(bin, 'node'))
  return bin
}

async function libtorchTarball(folder) {
  const { libtorch } = parseArgs({ options: { libtorch: { type: 'string' } } }).values
  if (libtorch !== undefined) return resolve(libtorch)
  const name = JSON.parse(readFileSync(join(await packageFolder(), 'package.json'), 'utf8')).name
  const tarball = await packed(join(root, 'build', 'packages', name), folder)
  say(`${name}: ${(tarball.size / 1e6).toFixed(0)} MB`)
  return tarball.path
}

async function packageFolder() {
  const made = join(root, 'build', 'packages', vendoredPackage)
  mkdirSync(join(root, 'build', 'packages'), { recursive: true })
  return existsSync(join(made, 'package.json')) ? made : libtorchPackage()
}

function read(json) {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function tell(good, what) {
  failed ||= !good
  process.stdout.write(`${good ? 'ok    ' : 'FAILED'} ${what}\n`)
}
