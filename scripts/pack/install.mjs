// npm's part of the check of the package: packing, installing, and other versions of Node.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../setup/failure.mjs'
import { run, say } from '../setup/run.mjs'

/** @param {string} source the package's folder @param {string} folder where the tarball goes */
export async function packed(source, folder) {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, source],
    { encoding: 'utf8', cwd: folder, maxBuffer: 64e6 },
  )
  if (status !== 0) throw new Failure(`npm pack failed: ${stderr}`)
  const told = JSON.parse(stdout)
  const { filename, entryCount } = Array.isArray(told) ? told[0] : Object.values(told)[0]
  const path = join(folder, filename)
  return { path, size: statSync(path).size, files: entryCount }
}

/** An empty project with those packages in it. */
export async function installInto(folder, packages) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  await run('npm', ['install', ...options, ...packages], { cwd: folder })
}

/** The Node that runs this, and a 20, 22 and 24 of the npm registry where it has them for this platform. */
export async function nodes(folder) {
  const home = join(folder, 'nodes')
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n')
  const mine = process.versions.node.split('.')[0]
  const wanted = ['20', '22', '24'].filter(major => major !== mine)
  const found = [process.execPath]
  for (const major of wanted) {
    const package_ = `node${major}@npm:node-${process.platform}-${process.arch}@${major}`
    try {
      await run(
        'npm',
        ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', package_],
        {
          cwd: home,
        },
      )
      found.push(join(home, 'node_modules', `node${major}`, 'bin', 'node'))
    } catch {
      say(`Node ${major} is not to be had here; it is not checked`)
    }
  }
  return found.filter(path => readdirSync(join(path, '..')).includes('node'))
}
