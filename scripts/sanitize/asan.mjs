// The tests that do most in C++, with the native parts under AddressSanitizer and UndefinedBehaviorSanitizer.
//   npm run test:asan [-- TEST FILES]
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, orFail } from '../setup/failure.mjs'
import { root } from '../setup/root.mjs'
import { sanitized } from './build.mjs'

const FOLDERS = ['graph', 'quant', 'purify', 'train', 'native']
/** They measure time, set the machine up, or are about other processes. */
const LEFT_OUT = ['setup.test.ts', 'choose.test.ts', 'devices.test.ts', 'lifecycle.test.ts']

await orFail(async () => {
  const folder = await sanitized()
  const given = process.argv.slice(2)
  const files = given.length > 0 ? given : FOLDERS.flatMap(testsIn)
  const env = {
    ...process.env,
    SHELLAC_TORCH_PREBUILD: folder,
    TAP_TIMEOUT: '3600', // everything takes several times as long
    // Node is not built with it, so it has to be there before anything else; libstdc++ with it, for its exceptions.
    LD_PRELOAD: ['libasan.so', 'libubsan.so', 'libstdc++.so.6'].map(libraryPath).join(':'),
    // Leaks: Node leaves its own to the end of the process. What cannot be had is to fail as without the sanitizer.
    ASAN_OPTIONS: 'detect_leaks=0:allocator_may_return_null=1:detect_container_overflow=0:exitcode=99',
    UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1:exitcode=99',
  }
  const failed = files.filter(file => !passes(file, env))
  console.log(`${files.length - failed.length} passed, ${failed.length} failed`)
  if (failed.length > 0) throw new Failure(`under the sanitizers failed: ${failed.join(', ')}`)
})

function testsIn(name) {
  const folder = join('test', name)
  return readdirSync(join(root, folder))
    .filter(file => file.endsWith('.test.ts') && !LEFT_OUT.includes(file))
    .map(file => join(folder, file))
}

function passes(file, env) {
  const began = performance.now()
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['--import=tsx', file], {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: 256 * 2 ** 20,
  })
  const seconds = Math.round((performance.now() - began) / 1000)
  console.log(`${status === 0 ? 'ok' : 'not ok'} - ${file} # ${seconds} s`)
  if (status === 0) return true
  const telling = `${stdout}${stderr}`
    .split('\n')
    .filter(line => /not ok|ERROR|runtime error|^ {4}#/.test(line))
  console.log([`ended with ${signal ?? status}`, ...telling.slice(0, 60)].join('\n'))
  return false
}

function libraryPath(name) {
  const { stdout } = spawnSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' })
  const path = stdout.trim()
  if (!existsSync(path)) throw new Failure(`${name} not found. Run: apt-get install g++`)
  return path
}
