// What cells are run with.
import type { Progress } from '../../native/progress.js'
import type { ModelCache } from './models.js'
import type { DataShelf } from './shelf.js'

/** Where and how closely watched a job runs. */
export interface Job {
  device: string
  threads: number
  signal?: AbortSignal | undefined
  onProgress?: ((progress: Progress) => void) | undefined
}

export interface Bench extends Job {
  data: DataShelf
  models: ModelCache
}

export const jobOf = ({ device, threads, signal, onProgress }: Bench): Job => ({
  device,
  threads,
  signal,
  onProgress,
})
