import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import sharp from 'sharp'
import t from 'tap'
import { datasets, measure } from '../../lib/index.js'
import type { JobStatus } from '../../lib/queue/contract.js'
import { smallModel } from '../facade/small.js'
import { ENDLESS, type Place, purifiedHere, startPlace, until } from './place.js'
import { noRedis } from './redis.js'
import { zipOf } from './zip.js'

t.test('jobs', { skip: noRedis }, async t => {
  const place = await startPlace()
  t.teardown(place.stop)
  const { queue, storage, job } = place
  await place.worker('--concurrency', '2', '--data', 'digits=mnist')

  t.test('the result is that of the same call here, to the byte', async t => {
    const id = await queue.submit(job({}, { owner: 'somebody' }))
    const seen: JobStatus[] = []
    for await (const status of queue.watch(id)) seen.push(status)
    const end = seen.at(-1)
    t.match(end, { id, kind: 'purify', state: 'completed', owner: 'somebody', attempts: 1, error: undefined })
    t.match(end?.result, { method: 'lac', calibration: 16, weightBits: 4 })
    t.match(end?.progress, { step: String, done: Number, total: Number })
    t.strictSame(Object.keys(end?.outputs ?? {}), ['model.safetensors', 'report.html', 'report.json'])
    t.equal(end?.outputs['model.safetensors'], await purifiedHere(place))
    t.match(JSON.parse(await text(await storage.open(end?.outputs['report.json'] ?? ''))), { method: 'lac' })
    for (const [name, hash] of Object.entries(end?.outputs ?? {}))
      t.notMatch(await text(await storage.open(hash)), place.folder, `${name} does not say where it was made`)
    t.strictSame(await queue.status(id), end)
    t.equal(await queue.cancel(id), false, 'too late')
  })

  t.test('measure, on images that come in a zip', async t => {
    const hash = await storage.put(createReadStream(await zipped(place)))
    const model = { hash: place.model, extension: 'safetensors' }
    const options = { trigger: 'square:size=4', target: 0, threads: 1 }
    const inputs = { model, reference: model, data: { hash, extension: 'zip' } }
    const end = await until(queue, await queue.submit({ kind: 'measure', inputs, options }))
    t.match(
      end,
      { state: 'completed', result: { samples: 4, triggered: 2, reference: {} } },
      String(end?.error?.message),
    )
  })

  t.test('data by a name that the worker knows', async t => {
    const model = { hash: place.model, extension: 'safetensors' }
    const options = { data: 'digits', limit: 50, threads: 1 }
    const end = await until(queue, await queue.submit({ kind: 'measure', inputs: { model }, options }))
    const images = await datasets.mnist({ split: 'test', limit: 50 })
    const { ba } = await measure(await smallModel(), images, { threads: 1 })
    t.match(end, { state: 'completed', result: { ba, samples: 50 } }, String(end?.error?.message))
  })

  t.test('audit, of a quantized model that another job made', async t => {
    const model = { hash: place.model, extension: 'safetensors' }
    const hash = await purifiedHere(place)
    const options = { data: 'noise', images: 24, verify: 8, restarts: 1, steps: 2, threads: 1 }
    const inputs = { model, quantized: { hash, extension: 'safetensors' } }
    const end = await until(queue, await queue.submit({ kind: 'audit', inputs, options }))
    t.match(end, { state: 'completed', result: { verdict: String, images: 24 } }, String(end?.error?.message))
    t.ok(end?.outputs['report.html'])
    const swapped = { model: inputs.quantized, quantized: model }
    const wrong = await until(queue, await queue.submit({ kind: 'audit', inputs: swapped, options }))
    t.match(wrong, { state: 'failed', attempts: 1, error: { code: 'ERR_BAD_MODEL' } })
  })

  t.test('a job that cannot work is refused before it is queued', async t => {
    const model = { hash: place.model, extension: 'safetensors' }
    const wrong: [object, RegExp][] = [
      [job({ weightBits: 99 }), /weightBits/],
      [job({ checkpoint: '/etc/passwd' }), /checkpoint/],
      [job({ data: 'folder:/etc' }), /data/],
      [job({ data: undefined }), /no data/],
      [job({}, { inputs: {} }), /no model/],
      [job({}, { inputs: { model, reference: model } }), /reference/],
      [job({}, { inputs: { model: { hash: '../../x', extension: 'pt' } } }), /64 hexadecimal/],
      [job({}, { inputs: { model: { hash: place.model, extension: '/../x' } } }), /extension/],
      [job({}, { priority: 0 }), /priority/],
      [job({}, { kind: 'shell' as 'purify' }), /kind/],
      [
        { kind: 'measure', inputs: { model }, options: { data: 'mnist', trigger: 'network:file=/x' } },
        /trigger/,
      ],
    ]
    for (const [request, message] of wrong)
      await t.rejects(queue.submit(request as never), { code: 'ERR_BAD_OPTION', message }, String(message))
    const unknown = job({}, { inputs: { model: { hash: '0'.repeat(64), extension: 'pt' } } })
    await t.rejects(queue.submit(unknown), { code: 'ERR_BAD_DATA', message: /storage/ })
  })

  t.test('a bad model fails at once, with its code; so does data that the worker does not have', async t => {
    const hash = await storage.put(Readable.from(['this is no model']))
    const id = await queue.submit(job({}, { inputs: { model: { hash, extension: 'safetensors' } } }))
    t.match(await until(queue, id), {
      state: 'failed',
      attempts: 1,
      error: { code: 'ERR_BAD_MODEL', message: /^[^/]*model\.safetensors/ },
      outputs: {},
      result: undefined,
    })
    const other = await until(queue, await queue.submit(job({ data: 'cifar10' })))
    t.match(other, { state: 'failed', attempts: 1, error: { code: 'ERR_BAD_OPTION', message: /digits/ } })
    t.match((await queue.deadJobs()).map(dead => dead.id).slice(0, 2), [other?.id, id], 'the last one first')
  })

  t.test('limits: time and memory', async t => {
    const late = await until(queue, await queue.submit(job(ENDLESS, { limits: { seconds: 1 } })))
    t.match(late, { state: 'failed', attempts: 1, error: { code: 'ERR_TIMEOUT', message: /after 1 s/ } })
    const large = await until(queue, await queue.submit(job(ENDLESS, { limits: { memory: 70 } })))
    t.match(large, {
      state: 'failed',
      attempts: 1,
      error: { code: 'ERR_OUT_OF_MEMORY', message: /at most 70 MiB/ },
    })
  })

  t.test('cancelling a running job', async t => {
    const id = await queue.submit(job(ENDLESS))
    await until(queue, id, ({ progress }) => progress !== undefined)
    t.equal(await queue.cancel(id), true)
    t.match(await queue.status(id), { state: 'cancelled', error: { code: 'ERR_ABORTED' } })
    t.equal(await queue.cancel(id), false, 'once')
    const after = await until(queue, await queue.submit(job()))
    t.equal(after?.state, 'completed', 'the worker goes on')
    t.match(await queue.counts(), { active: 0, cancelled: 1, waiting: 0 })
  })
})

t.test('a queue without workers', { skip: noRedis }, async t => {
  const place = await startPlace()
  t.teardown(place.stop)
  const { queue, storage, job } = place

  t.test('cancelling a waiting job', async t => {
    const id = await queue.submit(job())
    t.match(await queue.status(id), { state: 'waiting', attempts: 0, outputs: {} })
    t.match(await queue.counts(), { waiting: 1 })
    const seen: string[] = []
    const watching = (async () => {
      for await (const { state } of queue.watch(id)) seen.push(state)
    })()
    t.equal(await queue.cancel(id), true)
    await watching
    t.strictSame(seen.at(-1), 'cancelled')
    t.match(await queue.counts(), { waiting: 0, cancelled: 1 })
    t.equal(await queue.cancel(crypto.randomUUID()), false)
    t.equal(await queue.status(crypto.randomUUID()), undefined)
  })

  t.test('the same id twice is one job', async t => {
    const id = '0B5A0F6E-6A5F-4A39-9E1B-0C7D4F1E2A3B'
    const before = await queue.counts()
    const ids = [await queue.submit(job({}, { id })), await queue.submit(job({ weightBits: 3 }, { id }))]
    t.strictSame(ids, [id.toLowerCase(), id.toLowerCase()])
    t.equal((await queue.counts()).waiting, before.waiting + 1)
    t.equal(await queue.cancel(id.toLowerCase()), true)
    await t.rejects(queue.submit(job({}, { id: '../x' })), { code: 'ERR_BAD_OPTION', message: /id/ })
  })

  t.test('watching ends with the signal', async t => {
    const id = await queue.submit(job())
    const controller = new AbortController()
    for await (const { state } of queue.watch(id, controller.signal)) {
      t.equal(state, 'waiting')
      setTimeout(() => controller.abort(), 10)
    }
    await queue.cancel(id)
  })

  t.test('priority: lower first, and in the order of submission', async t => {
    const inputs = { model: { hash: await storage.put(Readable.from(['no model'])), extension: 'pt' } }
    const jobs = [
      ['late', 2000],
      ['usual', undefined],
      ['usual 2', 1000],
      ['first', 1],
    ] as const
    for (const [owner, priority] of jobs)
      await queue.submit(job({}, { inputs, owner, ...(priority && { priority }) }))
    const done: string[] = []
    const worker = await place.worker()
    // The queue knows of a job's end before the worker's line about it is here.
    const told = new Promise<void>(resolve => {
      worker.process.stderr?.on('data', chunk => {
        done.push(...String(chunk).split('\n').filter(Boolean))
        if (done.length >= jobs.length) resolve()
      })
    })
    await waitForEnd(queue)
    await told
    const owners = await Promise.all(
      done.map(async line => (await queue.status(line.split(' ')[0] as string))?.owner),
    )
    t.strictSame(owners, ['first', 'usual', 'usual 2', 'late'])
  })

  t.test(
    'a storage that fails is tried again, in vain three times; then the job is dead, and can be revived',
    async t => {
      const missing = await storage.put(Readable.from(['soon gone']))
      const good = job({}, { inputs: { model: { hash: missing, extension: 'safetensors' } }, attempts: 2 })
      const id = await queue.submit(good)
      await writeFile(join(place.folder, 'files', missing.slice(0, 2), missing.slice(2)), 'damaged')
      const end = await until(queue, id)
      t.match(end, { state: 'failed', attempts: 2, error: { code: 'ERR_QUEUE', message: /hash/ } })
      t.match(await queue.deadJobs(), [{ id, state: 'failed', error: { code: 'ERR_QUEUE' } }])
      await writeFile(join(place.folder, 'files', missing.slice(0, 2), missing.slice(2)), 'soon gone')
      t.equal(await queue.retryDead(id), true)
      t.match(await until(queue, id), { state: 'failed', attempts: 1, error: { code: 'ERR_BAD_MODEL' } })
      t.equal(await queue.retryDead(crypto.randomUUID()), false)
    },
  )
})

t.test('no Redis, no such address', async t => {
  const nobody = 'redis://:secret@127.0.0.1:1'
  const { connectQueue, startWorker, folderStorage } = await import('../../lib/queue/index.js')
  await t.rejects(connectQueue({ redis: nobody }), { code: 'ERR_QUEUE', message: /^((?!secret).)*$/ })
  const storage = folderStorage(t.testdir({}))
  await t.rejects(startWorker({ redis: nobody, storage }), { code: 'ERR_QUEUE', message: /apt install/ })
  await t.rejects(connectQueue({ redis: 'http://x' }), { code: 'ERR_BAD_OPTION', message: /redis:\/\// })
})

async function waitForEnd(queue: Place['queue']): Promise<void> {
  for (;;) {
    const { waiting, active, delayed } = await queue.counts()
    if (waiting + active + delayed === 0) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

/** Two classes with two images each, packed with the folder on top. */
async function zipped({ folder }: Place): Promise<string> {
  const pixels = { create: { width: 28, height: 28, channels: 3 as const, background: '#555' } }
  const data = await sharp(pixels).png().toBuffer()
  const names = ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png'].map(name => ({ name: `images/${name}`, data }))
  const path = join(folder, 'images.zip')
  await writeFile(path, zipOf(names))
  return path
}
