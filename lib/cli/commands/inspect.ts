import type { Command } from 'commander'
import type { Inspection } from '../../model/inspect.js'
import { table } from '../../report/table.js'
import { modelFlags, openModelFile } from '../model-file.js'
import { define } from '../run.js'

/** shellac inspect MODEL */
export async function inspect(program: Command): Promise<void> {
  const command = program
    .command('inspect')
    .description('layers, parameters, units, BN, and what would be quantized')
    .argument('<model>', 'model file')
  modelFlags(command)
  define(command, async ({ signal }, values, [path = '']) => {
    const found = (await openModelFile(path, values, signal)).inspect()
    return { json: found, text: describe(found) }
  })
}

function describe({
  name,
  inputShape,
  outputs,
  parameters,
  layers,
  units,
  quantization,
  normalization,
}: Inspection) {
  const unitOf = new Map(units.flatMap(unit => unit.nodes.map(node => [node, unit])))
  const rows = layers.map(layer => [
    layer.name,
    layer.op,
    layer.shape.join('×'),
    layer.parameters,
    unitOf.get(layer.name)?.name ?? '',
    unitOf.get(layer.name)?.batchNorm === layer.name ? 'BN' : layer.quantized ? 'weight' : '',
  ])
  const activations = quantization?.activationBits == null ? 'float' : `${quantization.activationBits} bits`
  return [
    `${name}: ${parameters} parameters, input ${inputShape.join('×')}, ${outputs} classes`,
    quantization
      ? `quantized: weights ${quantization.weightBits} bits, activations ${activations}, preset ${quantization.preset}`
      : `full precision; ${units.length} units, ${units.filter(unit => unit.batchNorm).length} of them with BN`,
    normalization
      ? `reads (x − ${normalization.mean}) / ${normalization.deviation}`
      : "reads images as the dataset's",
    '',
    table(['layer', 'op', 'output', 'parameters', 'unit', 'purify'], rows),
  ].join('\n')
}
