// Each change of a job's status, told by Redis, and asked for now and then in case that a word was lost.
import type { QueueEvents } from 'bullmq'
import type { JobStatus } from './contract.js'
import { ENDED } from './status.js'

const ASK_EVERY_MS = 5000
const EVENTS = [
  'active',
  'progress',
  'completed',
  'failed',
  'delayed',
  'waiting',
  'stalled',
  'removed',
] as const

export async function* changesOf(
  id: string,
  events: Promise<QueueEvents>,
  status: () => Promise<JobStatus | undefined>,
  signal: AbortSignal | undefined,
): AsyncGenerator<JobStatus, void, undefined> {
  const bell = new Bell(id, await events, signal)
  let last = ''
  try {
    while (!signal?.aborted) {
      const now = await status()
      if (!now) return
      const text = JSON.stringify(now)
      if (text !== last) yield now
      if (ENDED.has(now.state)) return
      last = text
      await bell.rung()
    }
  } finally {
    bell.off()
  }
}

/** Rings for every event of a job, also for one that came while nobody was waiting. */
class Bell {
  #pending = false
  #wake: (() => void) | undefined
  readonly #stop: () => void

  constructor(id: string, events: QueueEvents, signal: AbortSignal | undefined) {
    const ring = () => {
      this.#pending = true
      this.#wake?.()
    }
    const hear = ({ jobId }: { jobId: string }) => {
      if (jobId === id) ring()
    }
    for (const name of EVENTS) events.on(name, hear)
    signal?.addEventListener('abort', ring)
    this.#stop = () => {
      for (const name of EVENTS) events.off(name, hear)
      signal?.removeEventListener('abort', ring)
    }
  }

  async rung(): Promise<void> {
    if (!this.#pending) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, ASK_EVERY_MS)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#pending = false
    this.#wake = undefined
  }

  off(): void {
    this.#stop()
  }
}
