#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { ShellacError } from '../errors.js'
import { version } from '../version.js'
import { EXIT, fail } from './run.js'

type Add = (program: Command) => Promise<void> | void

/** Each with its schemas, which take longer to build than most commands take to run: loaded when it is asked for. */
const COMMANDS: Record<string, () => Promise<Add>> = {
  demo: async () => (await import('./commands/demo.js')).demo,
  inspect: async () => (await import('./commands/inspect.js')).inspect,
  quantize: async () => (await import('./commands/quantize.js')).quantize,
  purify: async () => (await import('./commands/purify.js')).purify,
  measure: async () => (await import('./commands/measure.js')).measure,
  audit: async () => (await import('./commands/audit.js')).audit,
  verify: async () => (await import('./commands/verify.js')).verify,
  analyse: async () => (await import('./commands/analyse.js')).analyse,
  report: async () => (await import('./commands/report.js')).report,
  train: async () => (await import('./commands/train.js')).train,
  attack: async () => (await import('./commands/attack.js')).attack,
  defend: async () => (await import('./commands/defend.js')).defend,
  experiment: async () => (await import('./commands/experiment.js')).experiment,
  serve: async () => (await import('./commands/serve.js')).serve,
  worker: async () => (await import('./commands/worker.js')).worker,
  queue: async () => (await import('./commands/queue.js')).queue,
  setup: async () => (await import('./commands/setup.js')).setup,
  doctor: async () => (await import('./commands/doctor.js')).doctor,
}

/** The command that the line names; all of them for help, or for a suggestion. */
function asked(name = ''): (() => Promise<Add>)[] {
  const one = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  return one ? [one] : Object.values(COMMANDS)
}

async function main(argv: string[]): Promise<void> {
  const program = new Command('shellac')
    .description('Quantizes neural networks without waking the backdoor that may sleep in them.')
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
  for (const load of asked(argv[2])) await (await load())(program)
  for (const command of program.commands) command.exitOverride()
  try {
    await program.parseAsync(argv)
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage
    else fail(error)
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') fail(unwritable(error)) // EPIPE: a reader such as `head` that has seen enough
})
process.on('SIGXFSZ', () => {}) // a file that may not grow is an error of the write, as a full disk is
process.stderr.on('error', () => {}) // nowhere left to say it; the exit code does

const unwritable = (error: Error): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: 'standard output',
    found: error.message,
    expected: 'a place that can be written',
    remedy: 'free some space, or send the output elsewhere',
  })

/** Settles when the command has ended; process.exitCode says how. */
export const ended = main(process.argv)
