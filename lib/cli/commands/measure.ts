import type { Command } from 'commander'
import { drawOptions } from '../../data/options.js'
import { parseSource, SOURCES, type Split } from '../../data/source.js'
import { parseTrigger, TRIGGERS } from '../../data/triggers.js'
import { type MeasureResult, measureOptions, measure as run } from '../../measure.js'
import { lazySchema } from '../../options.js'
import { roleOf } from '../../report/role.js'
import { percent, table } from '../../report/table.js'
import { flagsOf } from '../flags.js'
import { modelFlags, openModelFile } from '../model-file.js'
import { define } from '../run.js'

const splitChoice = lazySchema(z =>
  z.strictObject({
    split: z.enum(['train', 'test']).default('test').describe('which part of the data'),
    limit: drawOptions(z).limit,
  }),
)

/** shellac measure MODEL --data D [--trigger T --target N] [--reference MODEL] */
export async function measure(program: Command): Promise<void> {
  const flags = await flagsOf(measureOptions)
  const choice = await flagsOf(splitChoice)
  const command = program
    .command('measure')
    .description('BA, ASR and RA in percent; with a reference, DER')
    .argument('<model>', 'model file')
    .requiredOption('--data <source>', `labelled images: ${SOURCES}`)
    .option('--trigger <trigger>', `pattern that wakes the backdoor: ${TRIGGERS}`)
    .option('--reference <model>', 'undefended model, such as the nearest-rounded one')
  modelFlags(command)
  choice.addTo(command)
  flags.addTo(command)
  define(command, async (context, values, [path = '']) => {
    const { signal } = context
    const model = await openModelFile(path, values, signal)
    const reference =
      values.reference === undefined ? undefined : await openModelFile(values.reference, values, signal)
    const trigger = values.trigger === undefined ? undefined : parseTrigger(String(values.trigger))
    const { parse } = await import('../../options.js')
    const { split, limit } = await parse('measure', splitChoice, choice.read(values))
    const seed = Number(values.seed ?? 0)
    const data = await parseSource(String(values.data))(split as Split, model.inputShape, { limit, seed })
    const result = await run(model, data, { ...flags.read(values), trigger, reference, ...context })
    return { json: { ...result, model: { name: model.name, role: roleOf(model) } }, text: describe(result) }
  })
}

function describe({ ba, asr, ra, samples, triggered, reference, der }: MeasureResult): string {
  const rows = [['this model', percent(ba), percent(asr), percent(ra), percent(der)]]
  if (reference)
    rows.push(['reference', percent(reference.ba), percent(reference.asr), percent(reference.ra), '–'])
  return `${table(['', 'BA', 'ASR', 'RA', 'DER'], rows)}\n\n${samples} images, ${triggered} of them triggered; percent`
}
