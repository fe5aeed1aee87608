// What the demo leaves for `shellac report`: the same JSON that purify and measure print.
import { join } from 'node:path'
import { writeWhole } from '../files.js'
import type { MeasureResult } from '../measure.js'
import type { Model } from '../model/model.js'
import type { QuantizedModel } from '../model/quantized.js'
import { roleOf } from '../report/role.js'
import { version } from '../version.js'

interface DemoFiles {
  /** The purified model's file. */
  out: string
  /** Of the measurements. */
  settings: { trigger: string; target: number }
  purified: QuantizedModel
  measured: [string, Model, MeasureResult][]
}

export async function writeDemoFiles(
  folder: string,
  { out, settings, purified, measured }: DemoFiles,
): Promise<void> {
  const run = { shellac: version, command: 'demo', arguments: [], options: { out: folder } }
  const write = (name: string, content: object) =>
    writeWhole(join(folder, name), file => file.writeFile(`${JSON.stringify({ ...content, run })}\n`))
  await write('purify.json', { ...purified.report, out, provenance: purified.provenance })
  for (const [name, model, scores] of measured)
    await write(`measure-${name}.json`, {
      ...scores,
      model: { name: model.name, role: roleOf(model) },
      settings,
    })
}
