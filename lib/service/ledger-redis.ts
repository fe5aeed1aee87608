// The ledger in Redis: per owner a set of files, a sorted set of jobs by time, and one of places that are taken.
import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { connectRedis, reaching } from '../queue/redis.js'
import type { Ledger } from './ledger.js'

/** How long a submission may be on its way, in milliseconds. */
const UNDER_WAY = 60_000

// In one step, so that two requests never take the last place both.
const RESERVE = `
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
for _, key in ipairs(KEYS) do redis.call('ZADD', key, ARGV[2], ARGV[3]) end
return 1`

/** @throws ERR_QUEUE where Redis does not answer */
export async function redisLedger(url: string, name: string): Promise<Ledger> {
  return new RedisLedger(await connectRedis(url), name)
}

class RedisLedger implements Ledger {
  readonly #redis: Redis

  readonly #name: string

  /** @param name of the queue */
  constructor(redis: Redis, name: string) {
    this.#redis = redis
    this.#name = name
  }

  async addFile(owner: string, hash: string): Promise<void> {
    await reaching(this.#redis.sadd(this.#key(owner, 'files'), hash))
  }

  async hasFile(owner: string, hash: string): Promise<boolean> {
    return (await reaching(this.#redis.sismember(this.#key(owner, 'files'), hash))) === 1
  }

  async reserve(owner: string, count: number): Promise<string | undefined> {
    const job = randomUUID()
    const [places, jobs] = this.#lists(owner)
    const taken = await reaching(this.#redis.eval(RESERVE, 2, places, jobs, count, Date.now(), job))
    return taken === 1 ? job : undefined
  }

  async release(owner: string, job: string): Promise<void> {
    await reaching(this.#redis.zrem(this.#key(owner, 'places'), job))
  }

  holders(owner: string): Promise<string[]> {
    return reaching(this.#redis.zrange(this.#key(owner, 'places'), 0, '-1'))
  }

  async jobs(owner: string, count: number, after?: string): Promise<string[]> {
    const jobs = this.#key(owner, 'jobs')
    const rank = after === undefined ? -1 : await reaching(this.#redis.zrevrank(jobs, after))
    if (typeof rank !== 'number') return []
    return reaching(this.#redis.zrevrange(jobs, rank + 1, rank + count))
  }

  async withdraw(owner: string, job: string): Promise<void> {
    const [places, jobs] = this.#lists(owner)
    await reaching(this.#redis.multi().zrem(jobs, job).zrem(places, job).exec())
  }

  async forget(owner: string, job: string): Promise<void> {
    const [, jobs] = this.#lists(owner)
    const reserved = await reaching(this.#redis.zscore(jobs, job))
    if (Date.now() - Number(reserved) > UNDER_WAY) await this.withdraw(owner, job)
  }

  async ping(): Promise<void> {
    await reaching(this.#redis.ping())
  }

  async close(): Promise<void> {
    await this.#redis.quit().catch(() => this.#redis.disconnect())
  }

  #lists(owner: string): [places: string, jobs: string] {
    return [this.#key(owner, 'places'), this.#key(owner, 'jobs')]
  }

  #key(owner: string, what: 'files' | 'jobs' | 'places'): string {
    return `shellac:${this.#name}:service:${owner}:${what}`
  }
}
