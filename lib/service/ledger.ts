// Whose files and jobs are whose: what the queue and the storage do not keep.
import type { ContentHash } from '../queue/contract.js'

export interface Ledger {
  addFile(owner: string, hash: ContentHash): Promise<void>
  hasFile(owner: string, hash: ContentHash): Promise<boolean>

  /** Takes one of the owner's `places` for a job that is about to be submitted; undefined when all are taken. */
  reserve(owner: string, places: number): Promise<string | undefined>
  /** The job takes the reserved place, and is the newest of the owner's list. */
  settle(owner: string, place: string, job: string): Promise<void>
  /** Frees the place of a job that has ended, or of one that was not submitted. */
  release(owner: string, place: string): Promise<void>
  /** Jobs, not mere reservations, that hold a place. */
  holders(owner: string): Promise<string[]>

  /** Newest first; after the job `after` where it is given. */
  jobs(owner: string, count: number, after?: string): Promise<string[]>
  /** The queue does not know it any more. */
  forget(owner: string, job: string): Promise<void>

  /** Rejects when the ledger cannot be reached. */
  ping(): Promise<void>
  close(): Promise<void>
}
