/**
 * Jobs on more than one machine: a queue in Redis, workers that take from it, and a storage for their files.
 *
 * @module shellac-torch/queue
 */

export { cellsOn } from './cells.js'
export type {
  ContentHash,
  JobKind,
  JobLimits,
  JobQueue,
  JobRequest,
  JobState,
  JobStatus,
  Storage,
} from './contract.js'
export type { QueueOptions, WorkerOptions } from './options.js'
export { connectQueue, type WorkQueue } from './queue.js'
export { folderStorage } from './storage/folder.js'
export { openStorage } from './storage/open.js'
export { type S3Options, s3Storage } from './storage/s3.js'
export { startWorker, type WorkerHandle } from './worker.js'
