import type { Command } from 'commander'
import { saveTrigger } from '../../audit/picture.js'
import { type AuditResult, auditOptions, audit as run } from '../../audit.js'
import { parseSource, SOURCES, type Split } from '../../data/source.js'
import { ShellacError } from '../../errors.js'
import { checkWritable } from '../../files.js'
import type { Model } from '../../model/model.js'
import { QuantizedModel } from '../../model/quantized.js'
import { lazySchema, parse } from '../../options.js'
import { percent, table } from '../../report/table.js'
import { flagsOf } from '../flags.js'
import { modelFlags, openModelFile } from '../model-file.js'
import { define } from '../run.js'

const splitChoice = lazySchema(z =>
  z.strictObject({ split: z.enum(['train', 'test']).default('train').describe('which part of the data') }),
)

/** shellac audit MODEL [--quantized F] --data D */
export async function audit(program: Command): Promise<void> {
  const flags = await flagsOf(auditOptions)
  const choice = await flagsOf(splitChoice)
  const command = program
    .command('audit')
    .description('says whether rounding wakes a backdoor in a model; exit code 0 whatever the verdict')
    .argument('<model>', 'model file at full precision')
    .requiredOption('--data <source>', `labelled benign images: ${SOURCES}`)
    .option('--quantized <model>', 'a quantized model made from it; audited instead of presets')
    .option('--trigger-out <file>', 'where the trigger that was found goes, .png')
  modelFlags(command)
  choice.addTo(command)
  flags.addTo(command)
  define(command, async (context, values, [path = '']) => {
    const out = values.triggerOut === undefined ? undefined : await pictureFile(String(values.triggerOut))
    const options = flags.read(values)
    await parse('audit', auditOptions, options) // before models are read
    const { split } = await parse('audit', splitChoice, choice.read(values))
    const model = await openModelFile(path, values, context.signal)
    const quantized =
      values.quantized === undefined
        ? undefined
        : await openModelFile(values.quantized, values, context.signal)
    const data = await parseSource(String(values.data))(split as Split, model.inputShape)
    const result = await run(model, data, { ...options, ...asQuantized(quantized), ...context })
    if (out && result.trigger) await saveTrigger(result.trigger, out)
    return { json: result, text: describe(result) }
  })
}

const asQuantized = (model: Model | undefined) => (model ? { quantized: quantizedOnly(model) } : {})

function quantizedOnly(model: Model): QuantizedModel {
  if (model instanceof QuantizedModel) return model
  throw new ShellacError('ERR_BAD_MODEL', {
    thing: model.name,
    found: 'a model at full precision',
    expected: 'a quantized one behind --quantized',
    remedy: 'pass the quantized file there, and its full-precision source as MODEL',
  })
}

async function pictureFile(path: string): Promise<string> {
  if (!path.endsWith('.png')) {
    throw new ShellacError('ERR_BAD_OPTION', {
      thing: 'option "triggerOut"',
      found: JSON.stringify(path),
      expected: 'a path that ends in .png',
    })
  }
  await checkWritable(path)
  return path
}

function describe({
  verdict,
  evidence,
  presets,
  classes,
  disagreement,
  falseAlarmRate,
  seconds,
}: AuditResult): string {
  const figure = (value: number | null, digits: number) => (value === null ? '–' : value.toFixed(digits))
  const rows = presets.map(one => [
    one.quantizer,
    one.judged ? one.verdict : 'not judged',
    String(one.class ?? '–'),
    figure(one.score, 1),
    figure(one.maskArea, 1),
    figure(one.gap, 2),
    percent(one.agreement),
  ])
  const best = classes.map(one => [
    one.name ?? String(one.class),
    one.maskArea.toFixed(1),
    one.gap.toFixed(2),
    one.score.toFixed(1),
  ])
  const { rate, models } = falseAlarmRate
  return [
    `${verdict}\n${evidence.map(line => `- ${line}`).join('\n')}`,
    table(['quantizer', 'verdict', 'class', 'score', 'mask', 'gap', 'agreement'], rows),
    table(['class', 'mask', 'gap', 'score'], best),
    disagreement
      .map(({ bits, changed }) => `${bits === null ? '' : `${bits} bits: `}${percent(changed)} % changed`)
      .join(', '),
    `false alarms on ${models} clean models: ${percent(100 * rate)} %; ${seconds.toFixed(0)} s`,
  ].join('\n\n')
}
