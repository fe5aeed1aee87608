import { parseTrigger } from '../../data/triggers.js'
import { measure } from '../../measure.js'
import { parse } from '../../options.js'
import { roleOf } from '../../report/role.js'
import { openData } from './data.js'
import { openModel, openOptional } from './models.js'
import { measureJob } from './options.js'
import { writeReport } from './report.js'
import type { Watch, Work } from './work.js'

export async function measureKind(work: Work, { signal, onProgress }: Watch): Promise<object> {
  const { data, architecture, split, limit, trigger, ...options } = await parse(
    'measure',
    measureJob,
    work.options,
  )
  const model = await openModel(work, 'model', architecture, signal)
  const reference = await openOptional(work, 'reference', architecture, signal)
  const draw = { limit, seed: options.seed }
  const images = await openData(work, { name: data, split, image: model.inputShape, draw })
  const trial = { trigger: trigger === undefined ? undefined : parseTrigger(trigger), reference }
  const measured = await measure(model, images, { ...options, ...trial, signal, onProgress })
  const result = { ...measured, model: { name: 'model', role: roleOf(model) } }
  await writeReport(work, result)
  return result
}
