import { dirname } from 'node:path'
import type { Command } from 'commander'
import { benignSplit } from '../../data/benign-split.js'
import { parseSource, SOURCES } from '../../data/source.js'
import { parseTrigger, TRIGGERS } from '../../data/triggers.js'
import { checkWritable } from '../../files.js'
import { attackIn, type KnownAttack } from '../../lab/attacks/history.js'
import { DEFENCES, type DefenceName, defenceNames } from '../../lab/defences/index.js'
import { type MeasureResult, measure } from '../../measure.js'
import type { Model } from '../../model/model.js'
import { QuantizedModel } from '../../model/quantized.js'
import { lazySchema, parse } from '../../options.js'
import { percent, table } from '../../report/table.js'
import { requireModelFile } from '../calibration.js'
import { keptUntilSaved } from '../checkpoint.js'
import { type Flags, flagsOf } from '../flags.js'
import { modelFlags, openModelFile } from '../model-file.js'
import { type Context, define, type Outcome } from '../run.js'
import { jobFlags } from './train.js'

const shareOption = lazySchema(z =>
  z.strictObject({
    share: z
      .number()
      .positive()
      .max(1)
      .default(0.05)
      .describe('of the training images, the benign ones that the defender has'),
  }),
)

/** shellac defend NAME MODEL --data D --out F; each defence is a command of its own, with its own flags. */
export async function defend(program: Command): Promise<void> {
  const group = program
    .command('defend')
    .description(`(lab) defends a model that may have a backdoor: ${defenceNames.join(', ')}`)
  const share = await flagsOf(shareOption)
  for (const name of defenceNames) await addDefence(group, name, share)
}

async function addDefence(group: Command, name: DefenceName, share: Flags): Promise<void> {
  const { schema, summary, source } = DEFENCES[name]
  const flags = await flagsOf(schema)
  const command = group
    .command(name)
    .exitOverride()
    .description(`(lab) ${summary}\n\nSource: ${source}.`)
    .argument('<model>', 'model file at full precision')
    .requiredOption('--data <source>', `labelled images: ${SOURCES}`)
    .requiredOption('--out <file>', 'where the defended model goes')
    .option(
      '--trigger <trigger>',
      `to measure ASR with; that of the lab's attack where it is known: ${TRIGGERS}`,
    )
    .option('--target <n>', 'class index of the attack, beside --trigger')
  modelFlags(command)
  share.addTo(command)
  flags.addTo(command)
  define(command, async (context, values, [path = '']) => {
    const out = requireModelFile(values.out)
    await checkWritable(out)
    const options = flags.read(values)
    await parse(name, schema, options)
    const { share: part } = await parse(name, shareOption, share.read(values))
    const model = await openModelFile(path, values, context.signal)
    const attack = attackOf(model, dirname(path), values)
    return run(name, model, values, options, part, attack, out, context)
  })
}

async function run(
  name: DefenceName,
  model: Model,
  values: Record<string, unknown>,
  options: Record<string, unknown>,
  share: number,
  attack: Partial<KnownAttack>,
  out: string,
  context: Context,
): Promise<Outcome> {
  const source = parseSource(String(values.data))
  const seed = Number(options.seed ?? 0)
  const benign = await benignSplit(await source('train', model.inputShape), { share, seed })
  const test = await source('test', model.inputShape)
  const begin = performance.now()
  const kept = keptUntilSaved(options, out)
  const defended = await DEFENCES[name].run(model, benign, { ...kept.options, ...context })
  await defended.save(out)
  await kept.saved()
  const seconds = (performance.now() - begin) / 1000
  const trial = { ...attack, ...jobFlags(options), ...context }
  const [before, after] = [await measure(model, test, trial), await measure(defended, test, trial)]
  const quantized = defended instanceof QuantizedModel
  const settings = defended.provenance?.settings ?? {}
  return {
    json: { defence: name, settings, quantized, benign: benign.count, before, after, seconds, out },
    text: `${describe(name, before, after)}\n\n${benign.count} benign images, ${seconds.toFixed(0)} s: ${out}`,
  }
}

/** What ASR is measured with: the flags, or what the model's history says of an attack of the lab. */
function attackOf(
  { provenance }: Model,
  folder: string,
  { trigger, target }: Record<string, unknown>,
): Partial<KnownAttack> {
  const known = attackIn(provenance, folder)
  const own = typeof trigger === 'string' ? parseTrigger(trigger) : known?.trigger
  return own ? { trigger: own, target: Number(target ?? known?.target ?? 0) } : {}
}

const describe = (name: string, before: MeasureResult, after: MeasureResult): string =>
  table(
    ['', 'BA', 'ASR', 'RA'],
    [
      ['as it was', percent(before.ba), percent(before.asr), percent(before.ra)],
      [name, percent(after.ba), percent(after.asr), percent(after.ra)],
    ],
  )
