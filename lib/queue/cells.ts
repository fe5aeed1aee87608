// Cells of an experiment as jobs: the engine of an experiment whose cells run elsewhere, many at once.
import { dirname } from 'node:path'
import { isErrorCode, ShellacError } from '../errors.js'
import type { Cell, CellRecord } from '../lab/experiments/cell.js'
import { type EngineSettings, FATAL, type runCells } from '../lab/experiments/engine.js'
import { compareImages } from '../lab/experiments/shelf.js'
import { aborted } from '../native/job.js'
import type { JobQueue, JobStatus } from './contract.js'

type Jobs = Pick<JobQueue, 'submit' | 'watch' | 'cancel'>

interface Answer {
  record: CellRecord
  datasets: Record<string, string>
}

/**
 * The engine for runExperiment(): what is done is kept, the other cells become jobs, and each record is written as its
 * job ends, as if the cell had run here. Stopped by its signal, it cancels what is still waiting or running.
 */
export const cellsOn =
  (queue: Jobs): typeof runCells =>
  async (cells, settings) => {
    const records = new Map<string, CellRecord>()
    const jobs: Promise<void>[] = []
    const seen = new Set<string>()
    for (const [at, cell] of cells.entries()) {
      if (seen.has(cell.id)) continue
      seen.add(cell.id)
      const kept = await settings.store.read(cell.id)
      const done = kept?.status === 'done'
      const finish = (record: CellRecord) => {
        records.set(cell.id, record)
        settings.onEnd?.({ cell, number: at + 1, of: cells.length, record, kept: done })
      }
      if (done) finish(kept)
      else jobs.push(remote(cell, queue, settings).then(finish))
    }
    const ended = await Promise.allSettled(jobs)
    const failed = ended.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined
    if (failed) throw failed.reason
    return records
  }

async function remote(cell: Cell, queue: Jobs, settings: EngineSettings): Promise<CellRecord> {
  const { store, device, threads, signal } = settings
  const begin = performance.now()
  if (cell.problem !== undefined) return failed(cell, settings, begin, 'ERR_BAD_OPTION', cell.problem)
  const { id, axes, settings: own } = cell
  const options = { cell: { id, axes, settings: own }, device, threads }
  const job = await queue.submit({ kind: 'cell', inputs: {}, options })
  const end = await lastOf(queue, job, signal)
  if (!end) {
    await queue.cancel(job)
    throw aborted(signal)
  }
  if (end.state === 'completed') {
    const { record, datasets } = end.result as unknown as Answer
    await compareImages(dirname(store.folder), datasets)
    await store.write(record)
    return record
  }
  const { code, message } = end.error ?? { code: 'ERR_QUEUE', message: 'the job: lost' }
  if (isErrorCode(code) && FATAL.includes(code))
    throw new ShellacError(code, { thing: 'a worker', found: message })
  return failed(cell, settings, begin, code, message)
}

/** undefined where the signal came first. */
async function lastOf(queue: Jobs, job: string, signal: AbortSignal | undefined) {
  let last: JobStatus | undefined
  for await (const status of queue.watch(job, signal)) last = status
  return signal?.aborted ? undefined : last
}

/** A cell that no worker could finish is tried again by the next run. */
async function failed(
  { id, settings }: Cell,
  { store, versions, device, threads }: EngineSettings,
  begin: number,
  code: string,
  reason: string,
): Promise<CellRecord> {
  const record: CellRecord = {
    ...{ id, status: 'failed', code, reason, settings, versions, device, threads },
    ...{ seed: settings.seed, quantizer: settings.quantizer },
    seconds: (performance.now() - begin) / 1000,
    finished: new Date().toISOString(),
  }
  await store.write(record)
  return record
}
