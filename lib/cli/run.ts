// What every command shares: --json and --quiet, progress, Ctrl-C, and how it ends.
import { type Command, Option } from 'commander'
import { outOfMemory, ShellacError } from '../errors.js'
import type { Progress } from '../native/progress.js'
import { version } from '../version.js'
import { reporter, SILENT } from './progress.js'

export interface Context {
  signal: AbortSignal
  onProgress: (progress: Progress) => void
}

/** What a command found: the JSON document, and the same for people. */
export interface Outcome {
  json: object
  text: string
  /** Where the command worked but what it looked at is not in order. */
  failed?: boolean
}

export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** Adds --json and --quiet, and the action. */
export function define(
  command: Command,
  action: (context: Context, values: Record<string, unknown>, args: string[]) => Promise<Outcome>,
): void {
  command.addOption(new Option('--json', 'print one JSON document on stdout'))
  command.addOption(new Option('--quiet', 'no progress on stderr'))
  command.action(async (...given: unknown[]) => {
    const values = given.at(-2) as Record<string, unknown>
    const outcome = await interruptible(values.quiet === true, context =>
      action(context, values, command.args),
    )
    const document = { ...outcome.json, run: runOf(command, values) }
    process.stdout.write(values.json ? `${JSON.stringify(document)}\n` : `${outcome.text}\n`)
    if (outcome.failed) process.exitCode = EXIT.failed
  })
}

/** What was run, for those who find the document later. */
function runOf(command: Command, { json: _json, quiet: _quiet, ...options }: Record<string, unknown>) {
  return { shellac: version, command: command.name(), arguments: command.args, options }
}

async function interruptible(quiet: boolean, work: (context: Context) => Promise<Outcome>): Promise<Outcome> {
  const controller = new AbortController()
  const interrupt = () => controller.abort(new Error('interrupted'))
  const progress = quiet ? SILENT : await reporter(process.stderr)
  process.once('SIGINT', interrupt)
  try {
    return await work({ signal: controller.signal, onProgress: progress.onProgress })
  } finally {
    process.off('SIGINT', interrupt)
    progress.stop()
  }
}

/** One line on stderr, and the exit code. */
export function fail(error: unknown): void {
  const shown = outOfMemory(error) ?? error
  const code = shown instanceof ShellacError ? shown.code : 'ERR_INTERNAL'
  const message = shown instanceof Error ? shown.message : String(shown)
  process.stderr.write(`shellac: ${code}: ${message.replaceAll('\n', ' ')}\n`)
  process.exitCode = code === 'ERR_ABORTED' ? EXIT.interrupted : EXIT.failed
}
