import { join } from 'node:path'
import { Checkpoint } from '../../checkpoint/checkpoint.js'
import { parse } from '../../options.js'
import { purify } from '../../purify.js'
import { openData } from './data.js'
import { openModel } from './models.js'
import { purifyJob } from './options.js'
import { writeReport } from './report.js'
import type { Watch, Work } from './work.js'

export async function purifyKind(work: Work, { signal, onProgress }: Watch): Promise<object> {
  const { data, architecture, formats, ...options } = await parse('purify', purifyJob, work.options)
  const model = await openModel(work, 'model', architecture, signal)
  const draw = { limit: options.calibration, seed: options.seed }
  const calibration = await openData(work, { name: data, split: 'train', image: model.inputShape, draw })
  // One of another version of Shellac is no reason to fail: the job begins anew.
  const checkpoint = new Checkpoint(work.checkpoint, { others: 'discard' })
  const purified = await purify(model, calibration, { ...options, signal, onProgress, checkpoint })
  for (const format of formats) await purified.save(join(work.out, `model.${format}`))
  const { report, provenance } = purified
  const result = { ...report, provenance }
  await writeReport(work, result)
  return result
}
