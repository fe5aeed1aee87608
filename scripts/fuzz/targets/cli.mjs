// Whole command lines: the parser and every command's flags, without what the commands do.
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { root } from '../../setup/root.mjs'
import { list, spoilt, value } from './written.mjs'

const folder = join(root, 'dist', 'cli', 'commands')
const names = readdirSync(folder)
  .filter(file => file.endsWith('.js'))
  .map(file => file.replace('.js', ''))
// Each file gives the function of its name, which adds the command to the program.
const adders = await Promise.all(names.map(async name => (await import(join(folder, `${name}.js`)))[name]))

async function made() {
  const program = new Command('shellac').exitOverride().showSuggestionAfterError()
  for (const add of adders) await add?.(program)
  for (const command of [program, ...program.commands])
    command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} })
  for (const command of program.commands) command.action(() => {})
  return program
}

const FLAG_LIKE = ['--', '-', '---', '-h', '--help', '--version', '--json=1', '--__proto__', '--no-', '-x']

export const cli = {
  codes: [],
  refuses: error => error instanceof CommanderError,
  async seeds() {
    const program = await made()
    return program.commands.map(command => ({
      program,
      name: command.name(),
      flags: ['--json', ...command.options.map(option => option.long ?? option.short)],
    }))
  },
  make(seeds, random) {
    const { program, name, flags } = random.pick(seeds)
    const word = () => {
      const flag = random.pick(flags)
      return random.pick([flag, flag, `${flag}=${value(random)}`, value(random), random.pick(FLAG_LIKE)])
    }
    const words = list(8, word, random)
    const all = [random.below(20) ? name : value(random), ...words]
    return { program, words: all.map(text => spoilt(text, random)) }
  },
  async run({ program, words }) {
    await program.parseAsync(words, { from: 'user' })
  },
  keep: ({ words }, path) => writeFileSync(`${path}.json`, JSON.stringify(words)),
}
