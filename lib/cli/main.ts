#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { ShellacError } from '../errors.js'
import { version } from '../version.js'
import { analyse } from './commands/analyse.js'
import { attack } from './commands/attack.js'
import { audit } from './commands/audit.js'
import { defend } from './commands/defend.js'
import { demo } from './commands/demo.js'
import { doctor } from './commands/doctor.js'
import { experiment } from './commands/experiment.js'
import { inspect } from './commands/inspect.js'
import { measure } from './commands/measure.js'
import { purify } from './commands/purify.js'
import { quantize } from './commands/quantize.js'
import { queue } from './commands/queue.js'
import { report } from './commands/report.js'
import { serve } from './commands/serve.js'
import { setup } from './commands/setup.js'
import { train } from './commands/train.js'
import { verify } from './commands/verify.js'
import { worker } from './commands/worker.js'
import { EXIT, fail } from './run.js'

const COMMANDS = [
  demo,
  inspect,
  quantize,
  purify,
  measure,
  audit,
  verify,
  analyse,
  report,
  train,
  attack,
  defend,
  experiment,
  serve,
  worker,
  queue,
  setup,
  doctor,
]

async function main(argv: string[]): Promise<void> {
  const program = new Command('shellac')
    .description('Quantizes neural networks without waking the backdoor that may sleep in them.')
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
  for (const add of COMMANDS) await add(program)
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
