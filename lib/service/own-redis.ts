// A Redis of the service's own, for one machine: on a socket that nobody else may open, its data beside the files.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ShellacError } from '../errors.js'
import { makeFolder } from '../files.js'
import { isAlive } from '../is-alive.js'
import { connectRedis } from '../queue/redis.js'

const START_MS = 15_000

export interface OwnRedis {
  url: string
  /** Writes what it knows to the disk, and ends. */
  stop(): Promise<void>
}

/** @throws ERR_QUEUE where redis-server is not installed or does not start, ERR_BAD_OPTION */
export async function startRedis(storage: string): Promise<OwnRedis> {
  if (storage.startsWith('s3://')) throw noFolder(storage)
  const data = join(resolve(storage), 'redis')
  await makeFolder(data, 'storage')
  const unlock = await lock(data)
  const place = await mkdtemp(join(tmpdir(), 'shellac-redis-'))
  const socket = join(place, 'redis.sock')
  await writeFile(join(place, 'redis.conf'), configuration(socket, data))
  // A group of its own: Ctrl-C is for the service, which still needs Redis to end well.
  const server = spawn('sh', ['-c', TIED, 'sh', join(place, 'redis.conf')], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  const ended = once(server, 'close')
  const stop = async () => {
    server.stdin?.end()
    await ended
    await rm(place, { recursive: true, force: true })
    await unlock()
  }
  try {
    await reachable(server, `unix:${socket}`)
    return { url: `unix:${socket}`, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

// Redis lives as long as the pipe from the service: also when that is killed.
const TIED = `exec 3<&0; redis-server "$1" 3<&- & server=$!
(cat <&3 >/dev/null; kill $server) 2>/dev/null & exec 3<&-; wait $server`

/** Two servers that write the same files would spoil them. */
async function lock(data: string): Promise<() => Promise<void>> {
  const path = join(data, 'service.pid')
  const holder = Number(await readFile(path, 'utf8').catch(() => ''))
  if (holder > 0 && holder !== process.pid && isAlive(holder)) {
    throw new ShellacError('ERR_BAD_OPTION', {
      thing: `storage ${data}`,
      found: `another service, process ${holder}, whose Redis keeps its data there`,
      expected: 'one service on a folder, or one Redis for all',
      remedy: `give the address of one with --redis; if ${holder} is no service, delete ${path}`,
    })
  }
  await writeFile(path, String(process.pid))
  return () => rm(path, { force: true })
}

/** What was acknowledged survives a crash but for the last second; a queue must never lose keys to eviction. */
const configuration = (socket: string, data: string): string =>
  [
    ...['port 0', `unixsocket ${quoted(socket)}`, 'unixsocketperm 700', `dir ${quoted(data)}`],
    ...['appendonly yes', 'appendfsync everysec', 'maxmemory-policy noeviction', 'save ""', ''],
  ].join('\n')

const quoted = (path: string): string => `"${path.replace(/["\\]/g, '\\$&')}"`

async function reachable(server: ChildProcess, url: string): Promise<void> {
  const until = Date.now() + START_MS
  for (;;) {
    try {
      const redis = await connectRedis(url)
      await redis.ping()
      return redis.disconnect()
    } catch (error) {
      if (server.exitCode === 127) throw notStarted('it is not installed')
      if (server.exitCode !== null) throw notStarted(`it ended with ${server.exitCode}`)
      if (Date.now() > until) throw notStarted((error as Error).message)
    }
    await sleep(50)
  }
}

const notStarted = (found: string): ShellacError =>
  new ShellacError('ERR_QUEUE', {
    thing: 'redis-server, started by shellac serve',
    found,
    expected: 'a Redis server that starts',
    remedy: 'install it (apt install redis-server), or give the address of one: --redis redis://HOST:PORT',
  })

const noFolder = (storage: string): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: 'option "redis" of serve()',
    found: `nothing, and storage ${storage}`,
    expected: 'an address: a Redis of its own keeps its data in the folder of the storage',
    remedy: 'give one: --redis redis://HOST:PORT',
  })
