// A queue with everything around it: Redis, a storage, a small model, and workers as processes of their own.
import { type ChildProcess, spawn } from 'node:child_process'
import { createReadStream, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { Dataset, datasets, purify } from '../../lib/index.js'
import type { JobRequest, JobStatus } from '../../lib/queue/contract.js'
import { connectQueue, folderStorage, type WorkQueue } from '../../lib/queue/index.js'
import { random } from '../../lib/random.js'
import { MAIN } from '../cli/child.js'
import { smallModel } from '../facade/small.js'
import { startRedis } from './redis.js'

export interface TestWorker {
  process: ChildProcess
  /** What it said on stderr. */
  said(): string
  /** Process ids of the jobs that run there. */
  jobs(): number[]
  end(signal: NodeJS.Signals): Promise<number | null>
}

export interface Place {
  redis: string
  folder: string
  queue: WorkQueue
  storage: ReturnType<typeof folderStorage>
  /** Hash of a small model's file. */
  model: string
  worker(...flags: string[]): Promise<TestWorker>
  /** A job that purifies the small model. */
  job(options?: Record<string, unknown>, more?: Partial<JobRequest>): JobRequest
  stop(): Promise<void>
}

/** A purification that a test can wait for, and one that it cannot. */
export const QUICK = { data: 'noise', calibration: 16, columns: 64, threads: 1 }
export const ENDLESS = { ...QUICK, solver: 'adam-paper', iterations: 10_000_000 }

export async function startPlace(): Promise<Place> {
  const redis = await startRedis()
  const folder = await mkdtemp(join(tmpdir(), 'shellac-queue-'))
  const storage = folderStorage(join(folder, 'files'))
  const path = join(folder, 'model.safetensors')
  await (await smallModel()).save(path)
  const model = await storage.put(createReadStream(path))
  const queue = await connectQueue({ redis: redis.url, storage })
  await drawNoise(join(folder, 'noise'))
  const workers: TestWorker[] = []
  return {
    ...{ redis: redis.url, folder, queue, storage, model },
    worker: async (...flags) => {
      const places = [
        '--redis',
        redis.url,
        '--storage',
        join(folder, 'files'),
        '--scratch',
        join(folder, 'scratch'),
        '--data',
        `noise=folder:${join(folder, 'noise')}`,
      ]
      const started = await startWorker([...places, '--lock-seconds', '30', ...flags])
      workers.push(started)
      return started
    },
    job: (options = {}, more = {}) => ({
      kind: 'purify',
      inputs: { model: { hash: model, extension: '.safetensors' } },
      options: { ...QUICK, ...options },
      ...more,
    }),
    stop: async () => {
      await Promise.all(workers.map(worker => worker.end('SIGKILL')))
      await queue.close()
      await redis.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A test that is killed closes its end of the pipe. Processes of jobs have none. */
const WITH_TEST = `data:text/javascript,if (!process.send)
  process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL')).resume().unref()`

async function startWorker(flags: string[]): Promise<TestWorker> {
  const env = { ...process.env, NODE_OPTIONS: '', NODE_V8_COVERAGE: '' }
  const child = spawn(process.execPath, ['--import', WITH_TEST, MAIN, 'worker', ...flags], {
    env,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let said = ''
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', chunk => {
      said += chunk
      if (said.includes('takes jobs')) resolve()
    })
    ended.then(code => reject(new Error(`worker ended with ${code}: ${said}`)))
  })
  return {
    process: child,
    said: () => said,
    jobs: () => childrenOf(child.pid as number),
    end: signal => {
      child.kill(signal)
      return ended
    },
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => new RegExp(`^PPid:\\s*${parent}$`, 'm').test(statusOf(pid)))
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}

/** Whether it is there and no mere entry of one that has ended. */
export const isAlive = (pid: number): boolean => /^State:\s*[^ZX]/m.test(statusOf(pid))

/** The first status that it holds for; the last one where none does. */
export async function until(
  queue: WorkQueue,
  id: string,
  holds: (status: JobStatus) => boolean = () => false,
): Promise<JobStatus | undefined> {
  let last: JobStatus | undefined
  for await (const status of queue.watch(id)) {
    last = status
    if (holds(status)) break
  }
  return last
}

export async function waitFor(holds: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${holds}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

/** SHA-256 of the file that the same purification writes here. */
export async function purifiedHere(
  { folder, storage }: Place,
  { data: _data, ...options }: Record<string, unknown> = QUICK,
): Promise<string> {
  const { calibration: limit, seed = 0 } = options as { calibration: number; seed?: number }
  const read = { size: 28, channels: 1 as const, limit, seed }
  const images = new Dataset({
    ...(await datasets.imageFolder(join(folder, 'noise'), read)),
    name: 'noise train',
  })
  const path = join(folder, `${crypto.randomUUID()}.safetensors`)
  await (await purify(await smallModel(), images, options)).save(path)
  return storage.put(createReadStream(path))
}

/** Two classes of grey noise, which are read in no time. */
async function drawNoise(folder: string): Promise<void> {
  const { next } = random(1)
  for (const name of ['a', 'b']) {
    await mkdir(join(folder, name), { recursive: true })
    for (let image = 0; image < 32; image++) {
      const pixels = Uint8Array.from({ length: 28 * 28 }, () => 256 * next())
      const raw = { width: 28, height: 28, channels: 1 as const }
      await sharp(pixels, { raw })
        .png()
        .toFile(join(folder, name, `${image}.png`))
    }
  }
}
