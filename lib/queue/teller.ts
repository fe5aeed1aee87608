// Progress to Redis: the latest, now and then.
import type { Progress } from '../native/progress.js'
import type { JobProgress, QueuedJob } from './job-data.js'

const TELL_EVERY_MS = 500

export class Teller {
  readonly #job: QueuedJob
  #next: JobProgress | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(job: QueuedJob) {
    this.#job = job
  }

  /** Nobody waits for it, and a word that is lost is followed by another. */
  tell(progress: Progress): void {
    this.#next = inBrief(progress)
    if (this.#timer) return
    void this.#say()
    this.#timer = setInterval(() => void this.#say(), TELL_EVERY_MS)
  }

  /** Tells the last of it. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#say()
  }

  async #say(): Promise<void> {
    const progress = this.#next
    this.#next = undefined
    if (progress) await this.#job.updateProgress(progress).catch(() => {})
  }
}

/** Units where the stage has them, else steps. */
function inBrief({ stage, name, unit, units, step, steps, etaSeconds }: Progress): JobProgress {
  return {
    step: name ? `${stage} ${name}` : stage,
    ...(units > 0 ? { done: unit, total: units } : { done: step, total: steps }),
    ...(etaSeconds !== null && { etaSeconds: Math.round(etaSeconds) }),
  }
}
