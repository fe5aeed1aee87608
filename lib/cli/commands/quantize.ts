import type { Command } from 'commander'
import { SOURCES } from '../../data/source.js'
import { quantizeOptions, quantize as run } from '../../quantize.js'
import { flagsOf } from '../flags.js'
import { modelFlags } from '../model-file.js'
import { quantizeFile } from '../quantize-file.js'
import { define } from '../run.js'

/** shellac quantize MODEL --data D --out F */
export async function quantize(program: Command): Promise<void> {
  const flags = await flagsOf(quantizeOptions)
  const command = program
    .command('quantize')
    .description('nearest rounding, without a defence')
    .argument('<model>', 'model file at full precision')
    .requiredOption('--data <source>', `calibration images, from training data: ${SOURCES}`)
    .requiredOption('--out <file>', 'where the quantized model goes, .safetensors or .onnx')
  modelFlags(command)
  flags.addTo(command)
  define(command, async (context, values, [path = '']) => {
    const { report, out, json } = await quantizeFile(run, flags, context, values, path)
    return {
      json,
      text: `nearest rounding, ${report?.seconds.toFixed(1)} s: ${out}`,
    }
  })
}
