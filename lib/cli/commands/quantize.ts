import type { Command } from 'commander'
import { SOURCES } from '../../data/source.js'
import { checkWritable } from '../../files.js'
import { loadModel } from '../../model/load.js'
import { quantizeOptions, quantize as run } from '../../quantize.js'
import { calibrationSet, requireModelFile } from '../calibration.js'
import { flagsOf } from '../flags.js'
import { define } from '../run.js'

/** shellac quantize MODEL --data D --out F */
export async function quantize(program: Command): Promise<void> {
  const flags = await flagsOf(quantizeOptions)
  const command = program
    .command('quantize')
    .description('nearest rounding, without a defence')
    .argument('<model>', 'model file at full precision')
    .requiredOption('--data <source>', `calibration images, from training data: ${SOURCES}`)
    .requiredOption('--out <file>', 'where the quantized model goes, .safetensors')
  flags.addTo(command)
  define(command, async (context, values, [path = '']) => {
    const out = requireModelFile(values.out)
    await checkWritable(out)
    const model = await loadModel(path, { signal: context.signal })
    const options = { ...flags.read(values), ...context }
    const quantized = await run(model, await calibrationSet(values, model), options)
    await quantized.save(out)
    return {
      json: { ...quantized.report, out },
      text: `nearest rounding, ${quantized.report?.seconds.toFixed(1)} s: ${out}`,
    }
  })
}
