import t from 'tap'
import { ShellacError } from '../../lib/errors.js'
import { connectRedis } from '../../lib/queue/redis.js'
import { redisLedger } from '../../lib/service/ledger-redis.js'
import { startRedis } from '../queue/redis.js'
import { ask, submit, upload } from './asking.js'
import { as, noRedis, openBed } from './bed.js'

t.test('a job is in the list before the queue has it', { skip: noRedis }, async t => {
  const server = await startRedis()
  const ledger = await redisLedger(server.url, 'shellac')
  const redis = await connectRedis(server.url)
  t.teardown(async () => {
    redis.disconnect()
    await ledger.close()
    await server.stop()
  })
  const first = (await ledger.reserve('alice', 1)) as string
  t.strictSame(await ledger.jobs('alice', 9), [first])
  t.strictSame(await ledger.holders('alice'), [first])
  t.equal(await ledger.reserve('alice', 1), undefined, 'its place is taken')
  t.strictSame(await ledger.jobs('bob', 9), [])

  await ledger.forget('alice', first)
  t.strictSame(await ledger.jobs('alice', 9), [first], 'its submission may be on its way')
  await redis.zadd('shellac:shellac:service:alice:jobs', Date.now() - 61_000, first)
  await ledger.forget('alice', first)
  t.strictSame(await ledger.jobs('alice', 9), [], 'a minute later it is not')
  t.strictSame(await ledger.holders('alice'), [])

  const second = (await ledger.reserve('alice', 1)) as string
  await ledger.release('alice', second)
  t.strictSame([await ledger.holders('alice'), await ledger.jobs('alice', 9)], [[], [second]])
  await ledger.withdraw('alice', second)
  t.strictSame(await ledger.jobs('alice', 9), [])
})

t.test('a job whose submission was not answered is not lost', { skip: noRedis }, async t => {
  const unheard = () =>
    new ShellacError('ERR_QUEUE', { thing: 'Redis', found: 'no answer', expected: 'that it took the job' })
  let arrives = true
  const { url } = await openBed(t, {
    queue: queue => ({
      submit: async request => {
        if (arrives) await queue.submit(request)
        throw unheard()
      },
    }),
  })
  const { json } = await upload(url, 'm.onnx', 'a model', as('alice'))
  const job = {
    kind: 'purify',
    inputs: { model: { hash: json.hash, extension: '.onnx' } },
    options: { data: 'mnist' },
  }
  const jobs = async () => (await ask(`${url}/v1/jobs`, { headers: as('alice') })).json.jobs
  t.equal((await submit(url, job, as('alice'))).status, 503)
  t.match(await jobs(), [{ state: 'waiting', kind: 'purify' }])
  arrives = false
  t.equal((await submit(url, job, as('alice'))).status, 503)
  t.equal((await jobs()).length, 1, 'what never came to be is not shown')
})
