import type { Command } from 'commander'
import { onnxRunner } from '../../compare/onnx-runner.js'
import type { Runner } from '../../compare/runner.js'
import { drawOptions } from '../../data/options.js'
import { parseSource, SOURCES, type Split } from '../../data/source.js'
import type { Model } from '../../model/model.js'
import { lazySchema, parse } from '../../options.js'
import { table } from '../../report/table.js'
import { verify as run, type VerifyResult, verifyOptions } from '../../verify.js'
import { flagsOf } from '../flags.js'
import { modelFlags, openModelFile } from '../model-file.js'
import { define } from '../run.js'

const splitChoice = lazySchema(z =>
  z.strictObject({
    split: z.enum(['train', 'test']).default('test').describe('which part of the data'),
    limit: drawOptions(z).limit,
  }),
)

/** shellac verify A B --data D */
export async function verify(program: Command): Promise<void> {
  const flags = await flagsOf(verifyOptions)
  const choice = await flagsOf(splitChoice)
  const command = program
    .command('verify')
    .description(
      'compares two models logit by logit; exit code 1 where they differ by more than the tolerance',
    )
    .argument('<a>', 'model file; .onnx runs in onnxruntime-node')
    .argument('<b>', 'model file that should give the same')
    .requiredOption('--data <source>', `images: ${SOURCES}`)
  modelFlags(command)
  choice.addTo(command)
  flags.addTo(command)
  define(command, async (context, values, [a = '', b = '']) => {
    const options = flags.read(values)
    await parse('verify', verifyOptions, options) // before models are read
    const { split, limit } = await parse('verify', splitChoice, choice.read(values))
    const opened = [await open(a, values, context.signal), await open(b, values, context.signal)] as const
    const image = opened[0].inputShape ?? opened[1].inputShape
    const seed = Number(values.seed ?? 0)
    const data = await parseSource(String(values.data))(split as Split, image, { limit, seed })
    const result = await run(...opened, data, { ...options, ...context })
    return { json: result, text: describe(result), failed: !result.equal }
  })
}

const open = (path: string, values: Record<string, unknown>, signal: AbortSignal): Promise<Model | Runner> =>
  path.endsWith('.onnx')
    ? onnxRunner(path, { threads: Number(values.threads ?? 0) })
    : openModelFile(path, values, signal)

function describe(result: VerifyResult): string {
  const { a, b, images, agreement, largestAbsolute, largestRelative, worstImage, tolerance } = result
  const rows = [
    ['images', String(images)],
    ['equal top-1', `${agreement.toFixed(2)} %`],
    ['largest difference', largestAbsolute.toPrecision(3)],
    ['largest relative difference', `${largestRelative.toPrecision(3)} (image ${worstImage})`],
    ['tolerance', String(tolerance)],
    ['first value that differs', first(result)],
  ]
  return [
    `a: ${a.name} (${a.engine})`,
    `b: ${b.name} (${b.engine})`,
    '',
    table(['', 'a and b'], rows),
    '',
    result.equal ? 'equal within the tolerance' : 'not equal',
  ].join('\n')
}

function first({ firstDifference, largestRelative, tolerance, a, b }: VerifyResult): string {
  if (firstDifference) {
    const { value, op, largestRelative: apart } = firstDifference
    return `${value} (${op}), relative ${apart.toPrecision(3)}`
  }
  if (largestRelative <= tolerance) return 'none'
  return a.engine === 'shellac' && b.engine === 'shellac'
    ? 'unknown: no value of the same name and shape differs'
    : 'unknown: onnxruntime shows only logits'
}
