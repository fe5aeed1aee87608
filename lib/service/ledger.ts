// Whose files and jobs are whose: what the queue and the storage do not keep.
import type { ContentHash } from '../queue/contract.js'

export interface Ledger {
  addFile(owner: string, hash: ContentHash): Promise<void>
  hasFile(owner: string, hash: ContentHash): Promise<boolean>

  /**
   * The id of a job that is about to be submitted. From now on it is the newest of the owner's list and takes one of
   * their `places`, so that it is not lost when this process ends before the queue has answered. undefined when all places
   * are taken.
   */
  reserve(owner: string, places: number): Promise<string | undefined>
  /** Frees the place of a job that has ended. */
  release(owner: string, job: string): Promise<void>
  /** Jobs that hold a place. */
  holders(owner: string): Promise<string[]>

  /** Newest first; after the job `after` where it is given. */
  jobs(owner: string, count: number, after?: string): Promise<string[]>
  /** The queue has not taken it. */
  withdraw(owner: string, job: string): Promise<void>
  /** The queue does not know it: withdrawn, unless it was reserved so lately that it may be on its way. */
  forget(owner: string, job: string): Promise<void>

  /** Rejects when the ledger cannot be reached. */
  ping(): Promise<void>
  close(): Promise<void>
}
