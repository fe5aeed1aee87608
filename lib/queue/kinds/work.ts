// What a job's process is given, and what it gives back.
import type { Complaint } from '../../errors.js'
import type { Progress } from '../../native/progress.js'
import type { CheckedRequest } from '../options.js'

export interface Work {
  kind: CheckedRequest['kind']
  options: Record<string, unknown>
  /** Files of the job by role. */
  inputs: Partial<Record<'model' | 'reference' | 'quantized' | 'data', string>>
  /** The job's own folder, which goes when the job ends. */
  folder: string
  /** Where files that the job makes go; those that lie there at the end are its outputs. */
  out: string
  /** File from which the job goes on, where it is there, and where it keeps how far it is. */
  checkpoint: string
  /** Folder of trained models that stays on this machine. */
  models: string
  /** Sources of this machine by the names that jobs use. */
  data: Record<string, string>
}

export interface Watch {
  signal: AbortSignal
  onProgress: (progress: Progress) => void
  /** Resolves when the worker has done what it could. */
  ask: (question: ModelQuestion) => Promise<void>
}

/** Of a cell: to bring a trained model that another machine may have, and to offer one to the others. */
export interface ModelQuestion {
  what: 'bring' | 'offer'
  key: string
}

/** @returns the report */
export type Kind = (work: Work, watch: Watch) => Promise<object>

/** What the process says to the worker. */
export type Message =
  | { type: 'progress'; progress: Progress }
  | { type: 'ask'; question: ModelQuestion; number: number }
  | { type: 'done'; result: Record<string, unknown> }
  | { type: 'failed'; code: string; complaint: Complaint }

/** What the worker says to the process: first the work, then that a question is done with. */
export type Answered = { answered: number }
