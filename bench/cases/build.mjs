// How long a build takes on two cores: all of it, and after a change of one source file. In a copy of the sources, so
// that the build at hand stays as it is. Takes minutes.
import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { findLibtorch } from '../../scripts/libtorch/find.mjs'
import { root } from '../../scripts/setup/root.mjs'
import { run } from '../../scripts/setup/run.mjs'
import { figure, seconds } from '../lib/pairs.mjs'

const SOURCES = [
  'native',
  'lib',
  'scripts',
  'CMakeLists.txt',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
]
const CHANGED = 'native/core/purify/closed_form.cpp'

export default async function build({ quick, only }) {
  const rows = [row('clean build on 2 cores', 360), row(`build after a change of ${CHANGED}`, 60)]
  if (quick && only.length > 1)
    return rows.map(({ case: name }) => ({ case: name, skipped: 'it takes minutes' }))
  const copy = mkdtempSync(join(tmpdir(), 'shellac-build-'))
  try {
    for (const name of [...SOURCES, 'binding.d.ts'])
      cpSync(join(root, name), join(copy, name), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    rows[0].value = await timeBuild(copy)
    appendFileSync(join(copy, CHANGED), '// changed\n')
    rows[1].value = await timeBuild(copy)
    return rows
  } finally {
    rmSync(copy, { recursive: true })
  }
}

const row = (name, target) => ({ case: name, value: null, unit: 's', target, about: cores() })

async function timeBuild(copy) {
  const command = [
    ...twoCores(),
    process.execPath,
    join(copy, 'scripts', 'setup.mjs'),
    'native',
    'typescript',
  ]
  const env = { SHELLAC_LIBTORCH: findLibtorch().path }
  return figure(await seconds(() => run(command[0], command.slice(1), { cwd: copy, env })))
}

const twoCores = () => (cores() === '2 cores' && availableParallelism() > 2 ? ['taskset', '-c', '0,1'] : [])

function cores() {
  const bound = availableParallelism() <= 2 || spawnSync('taskset', ['-c', '0,1', 'true']).status === 0
  return bound ? '2 cores' : `${availableParallelism()} cores: there is no taskset here`
}
