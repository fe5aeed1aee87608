import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  out: string
  err: string
}

/** Runs the built command line; `during` may act on it once it has said something on stderr. */
export function shellac(
  args: string[],
  { cwd, during }: { cwd?: string; during?: (kill: Kill) => void } = {},
): Promise<Ended> {
  return run([MAIN, ...args], { cwd, during })
}

export type Kill = (signal: NodeJS.Signals) => void

/** Runs Node on a file or `-e` code. */
export function run(
  args: string[],
  { cwd, during }: { cwd?: string | undefined; during?: ((kill: Kill) => void) | undefined } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NODE_OPTIONS: '', NODE_V8_COVERAGE: '', NO_COLOR: '1' }
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
      ...(cwd && { cwd }),
    })
    let out = ''
    let err = ''
    let acted = false
    child.stdout.on('data', text => {
      out += text
    })
    child.stderr.on('data', text => {
      err += text
      if (!acted) during?.(signal => void child.kill(signal))
      acted = true
    })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, out, err }))
  })
}
