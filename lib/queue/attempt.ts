// One attempt: the inputs into a folder, the job in a process, its outputs into the storage.
import { createReadStream } from 'node:fs'
import { lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fromNative } from '../errors.js'
import { parse } from '../options.js'
import { Checkpoint } from './checkpoint.js'
import type { ContentHash, JobLimits, Storage } from './contract.js'
import { mayMend } from './failure.js'
import type { JobAnswer, QueuedJob } from './job-data.js'
import { checkJobOptions } from './kinds/options.js'
import type { Work } from './kinds/work.js'
import type { Marks } from './marks.js'
import { requestSchema } from './options.js'
import { runInProcess } from './process.js'
import { SharedModels } from './shared-models.js'
import { TAKEN_AWAY } from './stops.js'
import { Teller } from './teller.js'

export interface Place {
  storage: Storage
  marks: Marks
  /** Folder for the attempts of this worker. */
  attempts: string
  /** Folder of models that stays. */
  models: string
  data: Record<string, string>
  limits: JobLimits
  checkpointSeconds: number
}

export async function attempt(job: QueuedJob, place: Place, signal: AbortSignal): Promise<JobAnswer> {
  const { kind, inputs, options, limits } = await parse('job', requestSchema, job.data)
  await checkJobOptions({ kind, inputs, options })
  const { storage, marks, models, data } = place
  const folder = join(place.attempts, crypto.randomUUID())
  const checkpoint = new Checkpoint(join(folder, 'checkpoint'), job.id ?? '', storage, marks)
  const shared = new SharedModels(models, storage, marks)
  const save = () => Promise.all([checkpoint.save(), shared.save()])
  const saving = setInterval(() => void save(), place.checkpointSeconds * 1000)
  const teller = new Teller(job)
  try {
    await mkdir(folder)
    await checkpoint.restore()
    const files = await fetchInputs(inputs, storage, folder)
    const out = join(folder, 'out')
    const result = await runInProcess(
      { ...{ kind, options, folder, out, models, data }, inputs: files, checkpoint: checkpoint.path },
      {
        limits: bounded(limits, place.limits),
        signal,
        onProgress: progress => teller.tell(progress),
        onAsk: question => (kind === 'cell' ? shared.answer(question) : Promise.resolve()),
      },
    )
    const outputs = await storeOutputs(out, storage)
    await checkpoint.drop()
    return { result, outputs }
  } catch (error) {
    // Another worker that has the job by now has a checkpoint of its own.
    if (error !== TAKEN_AWAY) await (mayMend(fromNative(error)) ? save() : checkpoint.drop())
    throw error
  } finally {
    clearInterval(saving)
    await teller.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const bounded = (wanted: Partial<JobLimits>, most: JobLimits): JobLimits => ({
  seconds: Math.min(wanted.seconds ?? most.seconds, most.seconds),
  memory: Math.min(wanted.memory ?? most.memory, most.memory),
})

type Inputs = QueuedJob['data']['inputs']

async function fetchInputs(inputs: Inputs, storage: Storage, folder: string): Promise<Work['inputs']> {
  const paths: Work['inputs'] = {}
  for (const [role, { hash, extension }] of Object.entries(inputs)) {
    const path = join(folder, `${role}.${extension.replace('.', '')}`)
    await storage.fetch(hash, path)
    paths[role as keyof Inputs] = path
  }
  return paths
}

/** Of plain files alone: what else a process that was fooled may have put there is nobody's output. */
async function storeOutputs(folder: string, storage: Storage): Promise<Record<string, ContentHash>> {
  const outputs: Record<string, ContentHash> = {}
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name)
    if ((await lstat(path)).isFile()) outputs[name] = await storage.put(createReadStream(path))
  }
  return outputs
}
