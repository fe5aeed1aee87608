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

/** Runs several command lines in one process, one after the other, where starting one each would be most of the time. */
export async function shellacs(
  commands: string[][],
  { cwd }: { cwd?: string } = {},
): Promise<Omit<Ended, 'signal'>[]> {
  const { out, err } = await run(['--input-type=module', '-e', IN_TURN, MAIN, JSON.stringify(commands)], {
    cwd,
  })
  if (err !== '' || out === '') throw new Error(`the process of all commands: ${err}`)
  return JSON.parse(out)
}

// The main module is loaded anew for each, by another name; what it imports is not.
const IN_TURN = `
  const [, main, commands] = process.argv
  for (const emitter of [process, process.stdout, process.stderr]) emitter.setMaxListeners(0)
  const results = []
  const streams = { out: process.stdout, err: process.stderr }
  const writes = { out: process.stdout.write, err: process.stderr.write }
  for (const [at, args] of JSON.parse(commands).entries()) {
    const written = { out: '', err: '' }
    for (const name of ['out', 'err']) streams[name].write = text => Boolean((written[name] += text))
    process.argv = [process.execPath, main, ...args]
    process.exitCode = 0
    await (await import(main + '?' + at)).ended
    for (const name of ['out', 'err']) streams[name].write = writes[name]
    results.push({ code: process.exitCode, ...written })
  }
  process.exitCode = 0
  console.log(JSON.stringify(results))`

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
