import type { Command } from 'commander'
import { checkWritable } from '../../files.js'
import { train as run, trainOptions } from '../../lab/train.js'
import { measure } from '../../measure.js'
import { percent } from '../../report/table.js'
import { requireModelFile } from '../calibration.js'
import { keptUntilSaved } from '../checkpoint.js'
import { flagsOf } from '../flags.js'
import { define } from '../run.js'
import { startFlags } from '../training.js'

/** shellac train --architecture A --data D --out F */
export async function train(program: Command): Promise<void> {
  const flags = await flagsOf(trainOptions)
  const start = await startFlags()
  const command = program.command('train').description('(lab) trains a clean model')
  start.addTo(command)
  flags.addTo(command)
  define(command, async (context, values) => {
    const out = requireModelFile(values.out)
    await checkWritable(out)
    const begin = performance.now()
    const { model, train, test } = await start.read(values, context.signal)
    const options = flags.read(values)
    const kept = keptUntilSaved(options, out)
    const trained = await run(model, train, { ...kept.options, ...context })
    await trained.save(out)
    await kept.saved()
    const seconds = (performance.now() - begin) / 1000
    const { ba, samples } = await measure(trained, test, { ...jobFlags(options), ...context })
    return {
      json: { architecture: model.name, ba, samples, seconds, out },
      text: `trained in ${seconds.toFixed(0)} s, BA ${percent(ba)} %: ${out}`,
    }
  })
}

/** The flags that a measurement after the training takes over. */
export const jobFlags = ({ seed, device, threads }: Record<string, unknown>): Record<string, unknown> => ({
  ...(seed !== undefined && { seed }),
  ...(device !== undefined && { device }),
  ...(threads !== undefined && { threads }),
})
