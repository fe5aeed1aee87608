// What the queue, its workers and the service agree on.
import type { Readable } from 'node:stream'

/** What a job does: a verb of the API, or a cell of an experiment. */
export type JobKind = 'purify' | 'measure' | 'audit' | 'cell'
/** `delayed` waits for its next attempt; `completed`, `failed` and `cancelled` are final. */
export type JobState = 'waiting' | 'delayed' | 'active' | 'completed' | 'failed' | 'cancelled'

/** SHA-256 of a file's bytes, 64 hexadecimal digits: the only name that a stored file has. */
export type ContentHash = string

/** Keeps files by the hash of their content. A folder and an S3-compatible bucket implement it. */
export interface Storage {
  /** Stores the bytes and gives their hash; storing the same bytes twice keeps one copy. */
  put(bytes: Readable): Promise<ContentHash>
  /** Whether a file is stored under this hash. */
  has(hash: ContentHash): Promise<boolean>
  /** @throws ERR_BAD_DATA when nothing is stored under this hash */
  open(hash: ContentHash): Promise<Readable>
  /** Writes the file beside `path`, checks its hash, then renames it to `path`. */
  fetch(hash: ContentHash, path: string): Promise<void>
  /** Forgets the file where it is there. Without this, checkpoints that nobody needs any more stay. */
  remove?(hash: ContentHash): Promise<void>
}

/** What one attempt may take before its process is killed: ERR_TIMEOUT, ERR_OUT_OF_MEMORY. */
export interface JobLimits {
  /** Wall-clock seconds of one attempt. */
  seconds: number
  /** Resident memory of the job's process, in MiB. */
  memory: number
}

/** A job as it is submitted. Its files are in the storage already. */
export interface JobRequest {
  kind: JobKind
  /**
   * Files of the job by role: `model`, `reference`, `quantized` (any format that loadModel reads) and `data` (a zip of
   * an image folder, one subfolder a class). `data` may be absent where `options.data` names an embedded dataset.
   */
  inputs: Partial<
    Record<'model' | 'reference' | 'quantized' | 'data', { hash: ContentHash; extension: string }>
  >
  /** Options of the verb, as its zod schema has them, without signal and onProgress. */
  options: Record<string, unknown>
  /** 1 (first) to 2,097,151 (last); default 1000. */
  priority?: number
  limits?: Partial<JobLimits>
  /** Attempts before the job is dead; default 3, with exponential back-off. */
  attempts?: number
  /** Who submitted it, an opaque string; the service shows a job to its owner alone. */
  owner?: string
  /** A UUID of your choice; a random one where left out. A second job of the same id is the first one, and is not run again. */
  id?: string
}

/** A job as it stands; times are ISO 8601. */
export interface JobStatus {
  id: string
  kind: JobKind
  state: JobState
  owner: string | undefined
  /** Attempts begun. */
  attempts: number
  progress: { step: string; done: number; total: number; etaSeconds?: number } | undefined
  /** The verb's report once completed; field names are the API's. */
  result: Record<string, unknown> | undefined
  /** Files that the job made, by name (`model.onnx`, `report.html`, ...). */
  outputs: Record<string, ContentHash>
  error: { code: string; message: string } | undefined
  submitted: string
  finished: string | undefined
}

/** Takes jobs and tells of them. Anything that implements it can stand behind the service. */
export interface JobQueue {
  /** @returns the job's id */
  submit(request: JobRequest): Promise<string>
  /** undefined when there is no such job */
  status(id: string): Promise<JobStatus | undefined>
  /** Stops a waiting or running job. false when it had already ended or does not exist. */
  cancel(id: string): Promise<boolean>
  /** Each change of the job's status, beginning with the present one; ends with the job or the signal. */
  watch(id: string, signal?: AbortSignal): AsyncIterable<JobStatus>
  /** How many jobs are in each state. */
  counts(): Promise<Record<JobState, number>>
  /** Lets go of the connection; jobs go on. */
  close(): Promise<void>
}
