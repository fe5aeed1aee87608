// Runs work three times: at one go, stopped in the middle, and resumed from there.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Checkpoint, type Model, type Progress } from '../../lib/index.js'

export interface RunOptions {
  checkpoint?: string | Checkpoint
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
}
export type Run = (options: RunOptions) => Promise<Model>

export interface Interruption {
  /** Files as they were saved. */
  whole: Buffer
  resumed: Buffer
  /** What came out of the run that was stopped. */
  error: Error & { code?: string }
  /** Progress of the resumed run. */
  seen: Progress[]
  /** Whether the checkpoint is still there at the end. */
  left: boolean
}

/** @param when the first progress at which the work is stopped */
export async function interrupt(
  folder: string,
  run: Run,
  when: (progress: Progress) => boolean,
): Promise<Interruption> {
  const file = async (name: string, made: Model) => {
    const path = join(folder, `${name}.safetensors`)
    await made.save(path)
    return readFile(path)
  }
  const path = join(folder, 'work.checkpoint')
  const whole = await file('whole', await run({}))
  const error = await stopped(path, run, when)
  const seen: Progress[] = []
  const resumed = await file(
    'resumed',
    await run({ checkpoint: path, onProgress: progress => void seen.push(progress) }),
  )
  return { whole, resumed, error, seen, left: (await stat(path).catch(() => null)) !== null }
}

/** Leaves a checkpoint with everything that was done until then. */
export async function stopped(
  path: string,
  run: Run,
  when: (progress: Progress) => boolean,
): Promise<Interruption['error']> {
  const controller = new AbortController()
  const onProgress = (progress: Progress) => {
    if (when(progress)) controller.abort()
  }
  const checkpoint = new Checkpoint(path, { everyMs: 0 })
  return run({ checkpoint, signal: controller.signal, onProgress }).then(
    () => new Error('the work came to its end'),
    error => error,
  )
}
