import { join } from 'node:path'
import t from 'tap'
import { connectRedis } from '../../lib/queue/redis.js'
import { ENDLESS, isAlive, purifiedHere, QUICK, startPlace, until, waitFor } from './place.js'
import { noRedis } from './redis.js'

/** Long enough to be killed in, short enough to be waited for. */
const LONG = { ...QUICK, calibration: 64, solver: 'adam-paper', iterations: 100 }

/** A worker that is gone is missed soon. */
const WATCHED = ['--lock-seconds', '2']

/** Several seconds: checkpoints are a second apart. */
const SLOW = { ...LONG, iterations: 800 }

t.test('a worker that is killed in the middle of a job', { skip: noRedis }, async t => {
  const place = await startPlace()
  t.teardown(place.stop)
  const { queue, job } = place
  const first = await place.worker(...WATCHED)
  const id = await queue.submit(job(LONG))
  await until(queue, id, ({ progress }) => progress?.step.startsWith('purify') ?? false)
  const [orphan] = first.jobs()
  t.ok(orphan)
  await first.end('SIGKILL')
  await waitFor(() => !isAlive(orphan as number), 5)
  t.notOk(isAlive(orphan as number), 'the process of its job goes with it')
  const second = await place.worker()
  const end = await until(queue, id)
  t.equal(end?.state, 'completed')
  t.ok((end?.attempts ?? 0) > 1)
  t.equal(end?.outputs['model.safetensors'], await purifiedHere(place, LONG), 'the same bytes')
  await waitFor(() => second.said().includes(`${id} purify completed`))
  t.match(await queue.counts(), { completed: 1, failed: 0, active: 0, waiting: 0 })
})

t.test('another machine goes on where the last checkpoint was', { skip: noRedis }, async t => {
  const place = await startPlace()
  t.teardown(place.stop)
  const { queue, job, redis, folder } = place
  const first = await place.worker(...WATCHED, '--checkpoint-seconds', '0.1')
  const id = await queue.submit(job(SLOW))
  const connection = await connectRedis(redis)
  t.teardown(() => connection.disconnect())
  const key = `shellac:shellac:checkpoint:${id}`
  await waitFor(async () => (await connection.get(key)) !== null)
  await until(
    queue,
    id,
    ({ progress }) => (progress?.step.startsWith('purify') && progress.done >= 8) ?? false,
  )
  await first.end('SIGKILL')
  const kept = (await connection.get(key)) ?? ''
  t.ok(await place.storage.has(kept))

  await place.worker('--scratch', join(folder, 'elsewhere'))
  const done: number[] = []
  for await (const { attempts, progress } of queue.watch(id))
    if (attempts > 1 && progress?.step.startsWith('purify')) done.push(progress.done)
  t.ok(done.length > 0 && Math.min(...done) > 1, `units ${done}: none is solved twice`)
  const end = await queue.status(id)
  t.equal(end?.outputs['model.safetensors'], await purifiedHere(place, SLOW), 'the same bytes')
  t.equal(await connection.get(key), null)
  t.notOk(await place.storage.has(kept), 'nobody needs it any more')
})

t.test(
  'a worker that is silent for too long loses its job, and its result does not count',
  { skip: noRedis },
  async t => {
    const place = await startPlace()
    t.teardown(place.stop)
    const { queue, job } = place
    const first = await place.worker(...WATCHED, '--grace', '0')
    const id = await queue.submit(job(LONG))
    await until(queue, id, ({ progress }) => progress !== undefined)
    first.process.kill('SIGSTOP')
    const second = await place.worker()
    await until(queue, id, ({ attempts }) => attempts > 1)
    first.process.kill('SIGCONT')
    const end = await until(queue, id)
    t.equal(end?.state, 'completed')
    t.ok((end?.attempts ?? 0) > 1)
    await waitFor(() => second.said().includes(`${id} purify completed`))
    await first.end('SIGTERM')
    t.notMatch(first.said(), /completed/)
    t.strictSame(await queue.status(id), end, 'nothing changes it afterwards')
  },
)

t.test('SIGTERM: what runs may finish, what is too long is handed back', { skip: noRedis }, async t => {
  const place = await startPlace()
  t.teardown(place.stop)
  const { queue, job } = place
  const first = await place.worker('--grace', '60')
  const short = await queue.submit(job(LONG))
  await until(queue, short, ({ progress }) => progress !== undefined)
  const waiting = await queue.submit(job(ENDLESS, { priority: 77 }))
  t.equal(await first.end('SIGTERM'), 0)
  t.match(await queue.status(short), { state: 'completed', attempts: 1 })
  t.match(await queue.status(waiting), { state: 'waiting', attempts: 0 })

  const second = await place.worker('--grace', '0')
  await until(queue, waiting, ({ progress }) => progress !== undefined)
  t.equal(await second.end('SIGTERM'), 0)
  t.match(await queue.status(waiting), { state: 'waiting', attempts: 1, error: undefined })
  t.match(await queue.counts(), { waiting: 1, active: 0, failed: 0, delayed: 0 })
})
