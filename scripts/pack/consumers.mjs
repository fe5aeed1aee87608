// The programs that the check of the package runs in a folder where it is installed.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Processor time where that is less than the time that passed, as it is on a busy machine.
const timedImport = `const [used, since] = [process.cpuUsage(), performance.now()]
await import('shellac-torch')
const { user, system } = process.cpuUsage(used)
console.log(Math.min((user + system) / 1000, performance.now() - since))`

const program = fileURLToPath(new URL('consumer.mjs', import.meta.url))

/** @param {string} folder @param {string} path the PATH of the programs */
export function consumers(folder, path) {
  const home = join(folder, 'home')
  mkdirSync(home, { recursive: true })
  copyFileSync(program, join(folder, 'consumer.mjs'))
  const env = { PATH: path, HOME: home, PREBUILDS_ONLY: '1', NO_COLOR: '1', LD_LIBRARY_PATH: '' }
  const node = (...args) =>
    spawnSync(join(path, 'node'), args, { cwd: folder, env, encoding: 'utf8', timeout: 300_000 })
  const evaluate = code => node('--input-type=module', '-e', code)
  return {
    node: `Node ${node('-p', 'process.versions.node').stdout.trim()}`,
    shellac: (...args) => node(join('node_modules', 'shellac-torch', 'dist', 'cli', 'main.js'), ...args),
    /** What consumer.mjs found; undefined where it failed. */
    run() {
      const { status, stdout, stderr } = node('consumer.mjs')
      if (status === 0) return JSON.parse(stdout)
      process.stderr.write(stderr)
    },
    importMs: () => Number(evaluate(timedImport).stdout),
    /** How computing fails. */
    failure() {
      const call = "createModel('resnet18', { width: 4, channels: 1, inputSize: 28 })"
      const { stdout } = evaluate(
        `import { createModel } from 'shellac-torch'; await ${call}.catch(({ code, message }) => console.log(JSON.stringify({ code, message })))`,
      )
      return JSON.parse(stdout || '{}')
    },
  }
}
