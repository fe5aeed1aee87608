// What the queue keeps in Redis beside BullMQ's own keys: which jobs were cancelled, checkpoints, and
// where trained models are.
import type { Redis } from 'ioredis'
import type { ContentHash, JobStatus } from './contract.js'

export class Marks {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #seconds: number

  constructor(redis: Redis, name: string, keepDays: number) {
    this.#redis = redis
    this.#prefix = `shellac:${name}`
    this.#seconds = Math.ceil(keepDays * 86_400)
  }

  /** The job's last status outlives the job itself, which BullMQ forgets. */
  async cancel(status: JobStatus): Promise<void> {
    const now = Date.now() / 1000
    await this.#redis
      .multi()
      .set(this.#cancelled(status.id), JSON.stringify(status), 'EX', this.#seconds)
      .zadd(`${this.#prefix}:cancelled`, now, status.id)
      .zremrangebyscore(`${this.#prefix}:cancelled`, 0, now - this.#seconds)
      .exec()
  }

  async cancelled(id: string): Promise<JobStatus | undefined> {
    const text = await this.#redis.get(this.#cancelled(id))
    return text === null ? undefined : (JSON.parse(text) as JobStatus)
  }

  async uncancel(id: string): Promise<void> {
    await this.#redis.multi().del(this.#cancelled(id)).zrem(`${this.#prefix}:cancelled`, id).exec()
  }

  countCancelled(): Promise<number> {
    return this.#redis.zcount(`${this.#prefix}:cancelled`, Date.now() / 1000 - this.#seconds, '+inf')
  }

  checkpoint(id: string): Promise<ContentHash | null> {
    return this.#redis.get(this.#checkpoint(id))
  }

  async setCheckpoint(id: string, hash: ContentHash): Promise<void> {
    await this.#redis.set(this.#checkpoint(id), hash, 'EX', this.#seconds)
  }

  async dropCheckpoint(id: string): Promise<void> {
    await this.#redis.del(this.#checkpoint(id))
  }

  /** Files of a trained model, by name. */
  async model(key: string): Promise<Record<string, ContentHash>> {
    const text = await this.#redis.get(this.#model(key))
    return text === null ? {} : (JSON.parse(text) as Record<string, ContentHash>)
  }

  async setModel(key: string, files: Record<string, ContentHash>): Promise<void> {
    await this.#redis.set(this.#model(key), JSON.stringify(files), 'EX', this.#seconds)
  }

  readonly #cancelled = (id: string) => `${this.#prefix}:cancelled:${id}`
  readonly #checkpoint = (id: string) => `${this.#prefix}:checkpoint:${id}`
  readonly #model = (key: string) => `${this.#prefix}:model:${key}`
}
