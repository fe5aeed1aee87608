// Limits that a child process puts on itself while it runs: address space, size of a file. As text, since the child is
// plain JavaScript that runs the built library.
import { spawnSync } from 'node:child_process'

/** false, or why the tests of limits are skipped. */
export const cannotLimit: string | false =
  spawnSync('prlimit', ['--version']).status === 0 ? false : 'no prlimit on this machine'

/** limited(what, bytes, work): what `work` throws, as its code; 'done' where it works. */
export const LIMITS = `
  const { execFileSync } = await import('node:child_process')
  const { readFileSync } = await import('node:fs')
  const limit = (what, bytes) => execFileSync('prlimit', ['--pid', String(process.pid), '--' + what + '=' + bytes + ':unlimited'])
  const limited = async (what, bytes, work) => {
    limit(what, bytes)
    const outcome = await work().then(() => 'done', error => error.code ?? error.stack)
    limit(what, 'unlimited')
    return outcome
  }
  const addresses = () => Number(/VmSize:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
  const short = (megabytes, work) => limited('as', addresses() + megabytes * 2 ** 20, work)`
