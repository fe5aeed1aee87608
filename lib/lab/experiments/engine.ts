// Runs cells one after the other. What is done is never done again; what fails is recorded, and the others go on.
import { ShellacError } from '../../errors.js'
import type { Cell, CellRecord, CellResult, Versions } from './cell.js'
import type { CellStore } from './store.js'

/** Makes the numbers of a cell. */
export type CellRunner = (cell: Cell) => Promise<CellResult>

export interface CellEvent {
  cell: Cell
  /** 1 .. of. */
  number: number
  of: number
  record: CellRecord
  /** Whether it was there before. */
  kept: boolean
}

export interface EngineSettings {
  store: CellStore
  run: CellRunner
  versions: Versions
  device: string
  threads: number
  signal?: AbortSignal | undefined
  onStart?: ((cell: Cell, number: number, of: number) => void) | undefined
  onEnd?: ((event: CellEvent) => void) | undefined
}

/** Of the machine, not of a cell: no other cell would do better. */
export const FATAL: readonly string[] = ['ERR_ABORTED', 'ERR_NO_LIBTORCH', 'ERR_DEVICE']

/**
 * Cells that failed before are tried again.
 *
 * @returns the records by key
 * @throws ERR_ABORTED as soon as the signal says so, and what the machine lacks: ERR_NO_LIBTORCH, ERR_DEVICE
 */
export async function runCells(cells: Cell[], settings: EngineSettings): Promise<Map<string, CellRecord>> {
  const records = new Map<string, CellRecord>()
  for (const [at, cell] of cells.entries()) {
    if (records.has(cell.id)) continue
    const kept = await settings.store.read(cell.id)
    const old = kept?.status === 'done' ? kept : null
    if (!old) settings.onStart?.(cell, at + 1, cells.length)
    const record = old ?? (await finish(cell, settings))
    records.set(cell.id, record)
    settings.onEnd?.({ cell, number: at + 1, of: cells.length, record, kept: old !== null })
  }
  return records
}

async function finish(
  cell: Cell,
  { store, run, versions, device, threads, signal }: EngineSettings,
): Promise<CellRecord> {
  const begin = performance.now()
  const { id, settings } = cell
  const outcome = await attempt(cell, run, signal)
  const record: CellRecord = {
    id,
    ...outcome,
    seed: settings.seed,
    quantizer: settings.quantizer,
    settings,
    versions,
    device,
    threads,
    seconds: (performance.now() - begin) / 1000,
    finished: new Date().toISOString(),
  }
  await store.write(record)
  return record
}

type Outcome = (CellResult & { status: 'done' }) | { status: 'failed'; reason: string; code: string }

async function attempt(cell: Cell, run: CellRunner, signal: AbortSignal | undefined): Promise<Outcome> {
  if (signal?.aborted) {
    throw new ShellacError(
      'ERR_ABORTED',
      { thing: 'the experiment', found: 'stopped by its AbortSignal' },
      { cause: signal.reason },
    )
  }
  if (cell.problem !== undefined) return { status: 'failed', reason: cell.problem, code: 'ERR_BAD_OPTION' }
  try {
    return { status: 'done', ...(await run(cell)) }
  } catch (error) {
    const code = error instanceof ShellacError ? error.code : 'ERR_INTERNAL'
    if (FATAL.includes(code)) throw error
    return { status: 'failed', reason: (error as Error).message, code }
  }
}
