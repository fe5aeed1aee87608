import { join } from 'node:path'
import { saveTrigger } from '../../audit/picture.js'
import { audit } from '../../audit.js'
import { parse } from '../../options.js'
import { openData } from './data.js'
import { openModel, openOptional, quantizedOnly } from './models.js'
import { auditJob } from './options.js'
import { writeReport } from './report.js'
import type { Watch, Work } from './work.js'

export async function auditKind(work: Work, { signal, onProgress }: Watch): Promise<object> {
  const { data, architecture, split, ...options } = await parse('audit', auditJob, work.options)
  const model = await openModel(work, 'model', architecture, signal)
  const given = await openOptional(work, 'quantized', architecture, signal)
  const images = await openData(work, { name: data, split, image: model.inputShape })
  const quantized = given && { quantized: quantizedOnly(given) }
  const result = await audit(model, images, { ...options, ...quantized, signal, onProgress })
  if (result.trigger) await saveTrigger(result.trigger, join(work.out, 'trigger.png'))
  await writeReport(work, result)
  return result
}
