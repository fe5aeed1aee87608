// The ledger in Redis: per owner a set of files, a sorted set of jobs by time, and one of places that are taken.
import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { connectRedis, reaching } from '../queue/redis.js'
import type { Ledger } from './ledger.js'

/** A place whose submission never came back is free again after so many milliseconds. */
const RESERVED = 60_000
const RESERVATION = 'reserved:'

// In one step, so that two requests never take the last place both. Reservations that are too old go first.
const RESERVE = `
for _, place in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])) do
  if string.sub(place, 1, ${RESERVATION.length}) == '${RESERVATION}' then redis.call('ZREM', KEYS[1], place) end
end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[4])
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
    const place = `${RESERVATION}${randomUUID()}`
    const now = Date.now()
    const given = [count, now, now - RESERVED, place]
    const taken = await reaching(this.#redis.eval(RESERVE, 1, this.#key(owner, 'places'), ...given))
    return taken === 1 ? place : undefined
  }

  async settle(owner: string, place: string, job: string): Promise<void> {
    const [places, jobs] = [this.#key(owner, 'places'), this.#key(owner, 'jobs')]
    const now = Date.now()
    await reaching(this.#redis.multi().zrem(places, place).zadd(places, now, job).zadd(jobs, now, job).exec())
  }

  async release(owner: string, place: string): Promise<void> {
    await reaching(this.#redis.zrem(this.#key(owner, 'places'), place))
  }

  async holders(owner: string): Promise<string[]> {
    const all = await reaching(this.#redis.zrange(this.#key(owner, 'places'), 0, '-1'))
    return all.filter(place => !place.startsWith(RESERVATION))
  }

  async jobs(owner: string, count: number, after?: string): Promise<string[]> {
    const jobs = this.#key(owner, 'jobs')
    const rank = after === undefined ? -1 : await reaching(this.#redis.zrevrank(jobs, after))
    if (typeof rank !== 'number') return []
    return reaching(this.#redis.zrevrange(jobs, rank + 1, rank + count))
  }

  async forget(owner: string, job: string): Promise<void> {
    const [places, jobs] = [this.#key(owner, 'places'), this.#key(owner, 'jobs')]
    await reaching(this.#redis.multi().zrem(jobs, job).zrem(places, job).exec())
  }

  async ping(): Promise<void> {
    await reaching(this.#redis.ping())
  }

  async close(): Promise<void> {
    await this.#redis.quit().catch(() => this.#redis.disconnect())
  }

  #key(owner: string, what: 'files' | 'jobs' | 'places'): string {
    return `shellac:${this.#name}:service:${owner}:${what}`
  }
}
