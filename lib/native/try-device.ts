import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Probe } from './probe.js'

export type { Probe } from './probe.js'

// By this path also when the sources run uncompiled: a plain `node` has to be able to run it.
const program = fileURLToPath(new URL('../../dist/native/probe.js', import.meta.url))
const PATIENCE_MS = 60_000

/** Whether the program that tries a device is there: a bundler may have left it out. */
export function canTryDevices(): boolean {
  return existsSync(program)
}

/** Tries a device of a libtorch in a child process, which may crash in our stead. */
export function tryDevice(device: string, libtorch: string): Promise<Probe> {
  const env = { ...process.env, SHELLAC_LIBTORCH: libtorch, ELECTRON_RUN_AS_NODE: '1' }
  return new Promise(resolve => {
    execFile(process.execPath, [program, device], { timeout: PATIENCE_MS, env }, (error, stdout, stderr) => {
      resolve(parse(stdout) ?? { device, works: false, why: whyItDied(error, stderr) })
    })
  })
}

function parse(stdout: string): Probe | undefined {
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  } catch {
    return undefined
  }
}

function whyItDied(error: { signal?: NodeJS.Signals | null; code?: unknown } | null, stderr: string): string {
  const end = error?.signal ? `was ended by ${error.signal}` : `ended with code ${String(error?.code ?? 0)}`
  const words = stderr.trim().split('\n').at(-1)
  return `the process that tried it ${end}${words ? `: ${words}` : ''}`
}
