import { Command } from 'commander'
import t from 'tap'
import { flagsOf, kebab } from '../../lib/cli/flags.js'
import { lazySchema } from '../../lib/options.js'
import { purifyOptions } from '../../lib/purify.js'

const options = lazySchema(z =>
  z.strictObject({
    learningRate: z.number().default(0.1),
    bits: z.array(z.int()).default([8, 4]),
    activationBits: z.union([z.int().min(2).max(8), z.literal('none')]).default(4),
    name: z.enum(['one', 'two']).default('one'),
    pda: z.boolean().default(true),
    flip: z.boolean().default(false),
    signal: z.custom<AbortSignal>().optional().meta({ codeOnly: true }),
  }),
)

async function read(...argv: string[]): Promise<Record<string, unknown>> {
  const flags = await flagsOf(options)
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} })
  flags.addTo(command)
  command.parse(argv, { from: 'user' })
  return flags.read(command.opts())
}

t.test('flags: texts become what the schema takes', async t => {
  t.strictSame(await read(), {}, 'what is not given stays away: defaults are the schema’s')
  t.strictSame(await read('--learning-rate', '1e-3', '--name', 'two'), { learningRate: 0.001, name: 'two' })
  t.strictSame(await read('--bits', '8,4,2'), { bits: [8, 4, 2] })
  t.strictSame(await read('--activation-bits', 'none'), { activationBits: 'none' })
  t.strictSame(await read('--activation-bits', '8'), { activationBits: 8 })
  t.strictSame(await read('--no-pda', '--flip'), { pda: false, flip: true })
  t.strictSame(await read('--pda'), { pda: true })
  t.strictSame(
    await read('--learning-rate', 'fast'),
    { learningRate: 'fast' },
    'the schema complains, not the parser',
  )
  t.strictSame(await read('--learning-rate', ''), { learningRate: '' })
  const inherited = Object.create({ name: 'of the prototype' })
  t.strictSame((await flagsOf(options)).read(inherited), {}, 'only what the object itself has')
})

t.test('flags: what only code can give is no flag', async t => {
  await t.rejects(read('--signal', 'x'), { code: 'commander.unknownOption' })
})

t.test('flags: every option of purify() has one, with its default', async t => {
  const command = new Command()
  const flags = await flagsOf(purifyOptions)
  flags.addTo(command)
  for (const name of Object.keys((await purifyOptions()).shape)) {
    if (name === 'signal' || name === 'onProgress') continue
    t.match(
      command.options.find(option => option.long === `--${kebab(name)}`)?.description,
      name === 'checkpoint' ? /keeps the work/ : /default: /,
      name,
    )
  }
})
