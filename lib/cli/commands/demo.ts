import type { Command } from 'commander'
import { demoOptions, runDemo } from '../../lab/demo.js'
import { demoText } from '../demo-text.js'
import { flagsOf } from '../flags.js'
import { define } from '../run.js'

/** shellac demo */
export async function demo(program: Command): Promise<void> {
  const flags = await flagsOf(demoOptions)
  const command = program
    .command('demo')
    .description('a backdoored model on real digits: at full precision, rounded to nearest, purified')
  flags.addTo(command)
  define(command, async (context, values) => {
    const story = await runDemo({ ...flags.read(values), ...context })
    const { fullPrecision, quantized, purified, seconds, out, picture, settings } = story
    return {
      json: { fullPrecision, quantized, purified, seconds, out, picture, settings },
      text: demoText(story),
    }
  })
}
