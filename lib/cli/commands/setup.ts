import type { Command } from 'commander'
import { ShellacError } from '../../errors.js'
import { parse } from '../../options.js'
import { flagsOf } from '../flags.js'
import { define } from '../run.js'
import { setupOptions } from '../setup-options.js'

/** shellac setup [--torch VERSION] [--variant cpu|cuda] [--from FILE] */
export async function setup(program: Command): Promise<void> {
  const flags = await flagsOf(setupOptions)
  const command = program.command('setup').description('fetches a libtorch with pip, once for all projects')
  flags.addTo(command)
  define(command, async (_context, values) => {
    const options = await parse('setup', setupOptions, flags.read(values))
    const { provision } = await import('../../../scripts/libtorch/provision.mjs')
    const libtorch = await provision(options).catch(explain)
    const state = libtorch.fetched ? 'placed' : 'is there already'
    return { json: libtorch, text: `libtorch ${libtorch.version} ${state}: ${libtorch.path}` }
  })
}

// What set-up throws on purpose is one sentence for people.
function explain(error: unknown): never {
  if ((error as Error).constructor.name !== 'Failure') throw error
  const [, found = '', remedy] = (error as Error).message.match(/^(.*?)(?:\. ([A-Z][^.]*))?\.?$/s) ?? []
  throw new ShellacError('ERR_NO_LIBTORCH', { thing: 'set-up', found, remedy }, { cause: error })
}
