// What BullMQ keeps of a job.
import type { Job } from 'bullmq'
import type { ContentHash, JobStatus } from './contract.js'
import type { CheckedRequest } from './options.js'

export type JobData = Pick<CheckedRequest, 'kind' | 'inputs' | 'options' | 'limits' | 'owner'>

export interface JobAnswer {
  result: Record<string, unknown>
  outputs: Record<string, ContentHash>
}

export type JobProgress = NonNullable<JobStatus['progress']>
export type QueuedJob = Job<JobData, JobAnswer, string>
