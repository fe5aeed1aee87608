// Values of a model on images, for the verbs of this folder.
import type { TriggerData, ValueRecord, WantedValue } from '../../binding.js'
import type { Dataset } from '../data/dataset.js'
import { resolveDevice } from '../device.js'
import type { Model } from '../model/model.js'
import { loadNative } from '../native/core.js'
import { type JobControl, runJob } from '../native/job.js'

export interface Recording extends JobControl {
  wanted: WantedValue[]
  trigger: TriggerData | null
  limit: number
  batch: number
  seed: number
  device: string
  threads: number
}

export async function record(
  model: Model,
  images: Dataset,
  { signal, onProgress, ...recording }: Recording,
): Promise<ValueRecord[]> {
  const native = await loadNative()
  const options = { ...recording, device: await resolveDevice(recording.device) }
  const data = images.imagesFor(model)
  return runJob(report => native.recordValues(model.handle, data, options, report), { signal, onProgress })
}

/** The rows of a record, one a channel. */
export function rowsOf({ data, shape: [channels = 0, columns = 0] }: ValueRecord): Float32Array[] {
  return Array.from({ length: channels }, (_, row) => data.subarray(row * columns, (row + 1) * columns))
}
