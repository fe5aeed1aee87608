// Connections to Redis.
import type { Redis } from 'ioredis'
import { ShellacError } from '../errors.js'
import { loadIoredis } from './packages.js'

const CONNECT_MS = 5000

/**
 * Connects once, so that a wrong address is told at once; a connection that breaks later mends itself.
 *
 * @param url      redis://HOST:PORT/DB, rediss:// with TLS, or unix:PATH
 * @param patient  for a worker: its commands wait for as long as Redis is away
 * @throws ERR_QUEUE, ERR_BAD_OPTION for another kind of address
 */
export async function connectRedis(url: string, { patient = false } = {}): Promise<Redis> {
  const { Redis } = await loadIoredis()
  const options = {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: patient ? null : 3,
    retryStrategy: (times: number) => Math.min(50 * 2 ** times, 2000),
  }
  const address = addressOf(url)
  const redis = address.startsWith('/')
    ? new Redis({ ...options, path: address })
    : new Redis(address, options)
  let last: Error | undefined
  redis.on('error', error => {
    last = error
  })
  try {
    await redis.connect()
    return redis
  } catch (error) {
    redis.disconnect()
    throw unreachable(url, last ?? error)
  }
}

function addressOf(url: string): string {
  if (/^rediss?:\/\//.test(url)) return url
  const path = url.replace(/^unix:(\/\/)?/, '')
  if (path !== url && path.startsWith('/')) return path
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: 'option "redis"',
    found: withoutPassword(url),
    expected: 'redis://HOST:PORT, rediss://HOST:PORT or unix:PATH',
  })
}

const unreachable = (url: string, error: unknown): ShellacError =>
  new ShellacError(
    'ERR_QUEUE',
    {
      thing: `Redis at ${withoutPassword(url)}`,
      found: (error as Error).message || String(error),
      expected: 'a Redis server that answers',
      remedy: 'start one (apt install redis-server), or check the address and the password',
    },
    { cause: error },
  )

/** As it may stand in a message. */
export const withoutPassword = (url: string): string => url.replace(/\/\/[^@/]*@/, '//')

/** What a command to Redis threw, as ours. */
export async function reaching<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ShellacError) throw error
    throw new ShellacError(
      'ERR_QUEUE',
      { thing: 'Redis', found: (error as Error).message, expected: 'an answer' },
      { cause: error },
    )
  }
}
