// A queue on this machine with everything that it needs, for the demo and the stress test: a Redis of its own on a free
// port, a folder, and workers that are processes of the command line.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectQueue, folderStorage } from '../../dist/queue/index.js'
import { Failure } from '../setup/failure.mjs'
import { root } from '../setup/root.mjs'

export async function openPlace(name) {
  if (spawnSync('redis-server', ['--version']).status !== 0) {
    throw new Failure('there is no redis-server here. Install it first: apt install redis-server')
  }
  const folder = await mkdtemp(join(tmpdir(), `shellac-${name}-`))
  const port = await freePort()
  const server = await startRedis(folder, port)
  const redis = `redis://127.0.0.1:${port}`
  const storage = folderStorage(join(folder, 'files'))
  const queue = await connectQueue({ redis, storage })
  const workers = new Set()
  return {
    ...{ folder, redis, storage, queue, workers },
    store: path => storage.put(createReadStream(path)),
    async startWorker(...flags) {
      const worker = await startWorker([
        ...['--redis', redis, '--storage', join(folder, 'files')],
        ...['--scratch', join(folder, 'scratch'), ...flags],
      ])
      workers.add(worker)
      worker.once('close', () => workers.delete(worker))
      return worker
    },
    async close() {
      await Promise.all([...workers].map(worker => stop(worker, 'SIGTERM')))
      await queue.close()
      await stop(server, 'SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export async function stop(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill(signal)
  await closed
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function startRedis(folder, port) {
  const flags = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    folder,
  ]
  const server = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] })
  await said(server, server.stdout, /ready to accept/i)
  return server
}

async function startWorker(flags) {
  const main = join(root, 'dist', 'cli', 'main.js')
  const worker = spawn(process.execPath, [main, 'worker', ...flags], { stdio: ['ignore', 'ignore', 'pipe'] })
  await said(worker, worker.stderr, /takes jobs/)
  return worker
}

function said(child, stream, words) {
  return new Promise((resolve, reject) => {
    let text = ''
    stream.on('data', chunk => {
      text = (text + chunk).slice(-10_000)
      if (words.test(text)) resolve()
    })
    child.once('error', reject)
    child.once('close', code => reject(new Failure(`${child.spawnfile} ended with ${code}: ${text}`)))
  })
}
