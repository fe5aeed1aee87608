// A Redis of the test's own, on a socket in its folder.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const noRedis: string | false =
  spawnSync('redis-server', ['--version']).status === 0 ? false : 'no redis-server: apt install redis-server'

export interface TestRedis {
  url: string
  folder: string
  stop(): Promise<void>
}

/** A test that is killed closes its end of the pipe. */
const WITH_PARENT = 'redis-server "$@" & cat > /dev/null; kill -9 $!; wait'

export async function startRedis(): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'shellac-redis-'))
  const socket = join(folder, 'redis.sock')
  const flags = ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no', '--dir', folder]
  const server = spawn('sh', ['-c', WITH_PARENT, 'sh', ...flags], { stdio: ['pipe', 'pipe', 'ignore'] })
  await ready(server)
  return {
    url: `unix:${socket}`,
    folder,
    stop: async () => {
      const ended = new Promise(resolve => server.once('close', resolve))
      server.stdin?.end()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    server.stdout?.on('data', chunk => {
      text += chunk
      if (/ready to accept/i.test(text)) resolve()
    })
    server.once('close', code => reject(new Error(`redis-server ended with ${code}: ${text}`)))
  })
}
