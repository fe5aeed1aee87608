import type { Dataset } from '../data/dataset.js'
import { checkWritable } from '../files.js'
import type { Model } from '../model/model.js'
import type { QuantizedModel, QuantizeReport } from '../model/quantized.js'
import { calibrationSet, requireModelFile } from './calibration.js'
import { keptUntilSaved } from './checkpoint.js'
import type { Flags } from './flags.js'
import { openModelFile } from './model-file.js'
import type { Context } from './run.js'

type Verb = (
  model: Model,
  calibration: Dataset,
  options: Record<string, unknown> & Context,
) => Promise<QuantizedModel>

interface QuantizedFile {
  report: QuantizeReport | null
  out: string
  /** For --json: the report, the file, and how it came to be. */
  json: object
}

/** What the commands that quantize share: a full-precision file and calibration images in, a quantized file out. */
export async function quantizeFile(
  verb: Verb,
  flags: Flags,
  context: Context,
  values: Record<string, unknown>,
  path: string,
): Promise<QuantizedFile> {
  const out = requireModelFile(values.out)
  await checkWritable(out)
  const { options, saved } = keptUntilSaved(flags.read(values), out)
  const model = await openModelFile(path, values, context.signal)
  const quantized = await verb(model, await calibrationSet(values, model), { ...options, ...context })
  await quantized.save(out)
  await saved()
  const { report, provenance } = quantized
  return { report, out, json: { ...report, out, provenance } }
}
