// Runs a program and waits for it. What it prints goes to stderr: stdout belongs to the command that called set-up,
// which may have been asked for one JSON document.
import { spawn } from 'node:child_process'
import { Failure } from './failure.mjs'

/** @param {string} command @param {string[]} args @param {{ cwd?: string, env?: NodeJS.ProcessEnv, remedy?: string }} [options] */
export async function run(command, args, { cwd, env, remedy = 'What it said is above.' } = {}) {
  const status = await new Promise(resolve => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 2, 2] })
    child.once('error', error => resolve(error.code ?? error.message))
    child.once('exit', (code, signal) => resolve(signal ?? code))
  })
  if (status !== 0) throw new Failure(`\`${[command, ...args].join(' ')}\` failed (${status}). ${remedy}`)
}

/** @param {string} line */
export function say(line) {
  process.stderr.write(`shellac: ${line}\n`)
}
