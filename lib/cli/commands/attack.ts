import { dirname, extname } from 'node:path'
import type { Command } from 'commander'
import { checkWritable } from '../../files.js'
import { attackIn } from '../../lab/attacks/history.js'
import { ATTACKS, type AttackName, attackNames } from '../../lab/attacks/index.js'
import { train } from '../../lab/train.js'
import { measure } from '../../measure.js'
import type { Model } from '../../model/model.js'
import { QuantizedModel } from '../../model/quantized.js'
import { lazySchema, parse } from '../../options.js'
import { percent } from '../../report/table.js'
import { requireModelFile } from '../calibration.js'
import { keptUntilSaved } from '../checkpoint.js'
import { type Flags, flagsOf } from '../flags.js'
import { type Context, define, type Outcome } from '../run.js'
import { type Start, type StartFlags, startFlags } from '../training.js'
import { jobFlags } from './train.js'

const cleanOptions = lazySchema(z =>
  z.strictObject({
    cleanEpochs: z
      .int()
      .min(0)
      .max(100_000)
      .default(10)
      .describe('epochs of the clean training before the attack; 0: the attack begins with a new model'),
    cleanLearningRate: z.number().positive().max(100).default(1e-3).describe('its highest learning rate'),
  }),
)

/** shellac attack NAME --architecture A --data D --out F; each attack is a command of its own, with its own flags. */
export async function attack(program: Command): Promise<void> {
  const group = program
    .command('attack')
    .description(`(lab) makes a backdoored model: ${attackNames.join(', ')}`)
  const start = await startFlags()
  const clean = await flagsOf(cleanOptions)
  for (const name of attackNames) await addAttack(group, name, start, clean)
}

async function addAttack(group: Command, name: AttackName, start: StartFlags, clean: Flags): Promise<void> {
  const { schema, summary, source } = ATTACKS[name]
  const flags = await flagsOf(schema)
  const command = group
    .command(name)
    .exitOverride()
    .description(
      `(lab) ${summary}\n\nSource: ${source}. Trains a clean model first where no --model is given.`,
    )
  start.addTo(command)
  clean.addTo(command)
  flags.addTo(command)
  define(command, async (context, values) => {
    const out = requireModelFile(values.out)
    await checkWritable(out)
    const options = flags.read(values)
    await parse(name, schema, options) // complain before minutes of clean training, not after
    const cleaning = await parse(name, cleanOptions, clean.read(values))
    return make(name, await start.read(values, context.signal), options, cleaning, out, context)
  })
}

async function make(
  name: AttackName,
  { model, train: images, test, fresh }: Start,
  options: Record<string, unknown>,
  { cleanEpochs, cleanLearningRate }: { cleanEpochs: number; cleanLearningRate: number },
  out: string,
  context: Context,
): Promise<Outcome> {
  const begin = performance.now()
  const { batch, crop, flip } = options
  const shared = Object.fromEntries(
    Object.entries({ batch, crop, flip }).filter(([, value]) => value !== undefined),
  )
  const cleaning = { ...jobFlags(options), ...shared, epochs: cleanEpochs, learningRate: cleanLearningRate }
  const kept = keptUntilSaved(options, out)
  const { checkpoint } = kept
  const clean =
    fresh && cleanEpochs > 0 ? await train(model, images, { ...cleaning, checkpoint, ...context }) : model
  const triggerOut = options.triggerOut ?? triggerBeside(out)
  const attacked = await ATTACKS[name].run(clean, images, { ...kept.options, triggerOut, ...context })
  await attacked.save(out)
  await kept.saved()
  const seconds = (performance.now() - begin) / 1000
  const known = attackIn(attacked.provenance, dirname(String(triggerOut)))
  const scores = await measure(attacked, test, { ...known, ...jobFlags(options), ...context })
  const { trigger, target } = { trigger: known?.trigger.text, target: known?.target }
  return {
    json: { attack: name, architecture: architectureOf(model), trigger, target, ...scores, seconds, out },
    text: `${name} in ${seconds.toFixed(0)} s, ${attacked instanceof QuantizedModel ? 'quantized' : 'at full precision'} BA ${percent(scores.ba)} %, ASR ${percent(scores.asr)} %: ${out}`,
  }
}

/** "model.trigger.safetensors" of "model.safetensors". */
const triggerBeside = (out: string): string => `${out.slice(0, -extname(out).length)}.trigger.safetensors`

const architectureOf = ({ name }: Model): string => name
