import type { Command } from 'commander'
import { SOURCES } from '../../data/source.js'
import type { UnitReport } from '../../model/quantized.js'
import { purifyOptions, purify as run } from '../../purify.js'
import { table } from '../../report/table.js'
import { flagsOf } from '../flags.js'
import { modelFlags } from '../model-file.js'
import { quantizeFile } from '../quantize-file.js'
import { define } from '../run.js'

/** shellac purify MODEL --data D --out F */
export async function purify(program: Command): Promise<void> {
  const flags = await flagsOf(purifyOptions)
  const command = program
    .command('purify')
    .description('quantizes without waking a backdoor')
    .argument('<model>', 'model file at full precision')
    .requiredOption('--data <source>', `benign calibration images, from training data: ${SOURCES}`)
    .requiredOption('--out <file>', 'where the purified model goes, .safetensors or .onnx')
  modelFlags(command)
  flags.addTo(command)
  define(command, async (context, values, [path = '']) => {
    const { report, out, json } = await quantizeFile(run, flags, context, values, path)
    const seconds = report?.seconds.toFixed(1)
    return {
      json,
      text: `${unitTable(report?.units ?? [])}\n\n${report?.method}, ${report?.solver}, ${seconds} s: ${out}`,
    }
  })
}

function unitTable(units: UnitReport[]): string {
  const rows = units.map(({ unit, lossBefore, lossAfter, pda, seconds }) => [
    unit,
    lossBefore.toPrecision(3),
    lossAfter.toPrecision(3),
    pda ? 'yes' : 'no',
    seconds.toFixed(2),
  ])
  return table(['unit', 'loss, nearest', 'loss, purified', 'PDA', 'seconds'], rows)
}
