import { type AddressInfo, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { JobQueue, JobStatus } from '../../lib/queue/contract.js'
import { frames } from '../../lib/service/events.js'
import { createService } from '../../lib/service/service.js'
import { Tokens } from '../../lib/service/tokens.js'
import { raw, submit, upload } from './asking.js'
import { as, type Bed, LIMITS, noRedis, openBed, TOKENS } from './bed.js'

const status = (attempts: number, state: JobStatus['state'] = 'active'): JobStatus => ({
  ...{ id: 'x', kind: 'purify', state, owner: 'alice', attempts, progress: undefined, result: undefined },
  ...{ outputs: {}, error: undefined, submitted: '', finished: undefined },
})

t.test('a slow reader is told the latest, and nothing piles up for it', async t => {
  let given = 0
  async function* changes() {
    for (; given < 20_000; given++) {
      yield status(given)
      if (given % 1000 === 0) await sleep(0)
    }
    yield status(given, 'completed')
  }
  const seen: number[] = []
  for await (const frame of frames(changes(), 1000)) {
    const data = frame.match(/^event: status\ndata: (.*)\n\n$/)?.[1]
    if (data) seen.push((JSON.parse(data) as JobStatus).attempts)
    await sleep(10)
  }
  t.equal(given, 20_000, 'the source never waited')
  t.ok(seen.length > 1 && seen.length < 500, `${seen.length} of them`)
  t.equal(seen.at(-1), 20_000, 'and the last one is never left out')
  t.strictSame(
    seen,
    [...seen].sort((a, b) => a - b),
  )
})

t.test('a source that fails fails the stream', async t => {
  async function* changes() {
    yield status(1)
    throw new Error('Redis is gone')
  }
  const all = async () => {
    for await (const _ of frames(changes(), 1000));
  }
  await t.rejects(all(), { message: 'Redis is gone' })
})

async function newJob({ url }: Bed): Promise<string> {
  const { json } = await upload(url, 'm.onnx', 'a model', as('alice'))
  const inputs = { model: { hash: json.hash, extension: '.onnx' } }
  return (await submit(url, { kind: 'purify', inputs, options: { data: 'mnist' } }, as('alice'))).json.id
}

const eventsOf = (text: string) =>
  [...text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)].map(([, event, data]) => ({
    event,
    data: JSON.parse(data ?? '') as JobStatus,
  }))

t.test('a job’s progress as it comes, until it ends', { skip: noRedis }, async t => {
  const bed = await openBed(t)
  const id = await newJob(bed)
  const open = (signal?: AbortSignal) =>
    fetch(`${bed.url}/v1/jobs/${id}/events`, { headers: as('alice'), signal: signal ?? null })
  const streams = async () => {
    const text = await (await fetch(`${bed.url}/metrics`, { headers: as('alice') })).text()
    return Number(text.match(/^shellac_streams (\d+)$/m)?.[1])
  }

  const answer = await open()
  t.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  const left = new AbortController()
  const second = await open(left.signal)
  t.equal(await streams(), 2)
  t.equal((await open()).status, 429, 'two at once are the limit')
  await sleep(250)
  left.abort()
  await second.text().catch(() => {})
  for (let tries = 0; tries < 50 && (await streams()) > 1; tries++) await sleep(20)
  t.equal(await streams(), 1, 'one that left is gone')

  await bed.work()
  const text = await answer.text()
  t.ok((text.match(/^: still here$/gm) ?? []).length >= 2, 'kept open while nothing happened')
  const events = eventsOf(text)
  t.equal(events[0]?.data.state, 'waiting')
  t.match(events.at(-2), { event: 'status', data: { state: 'completed', result: { method: 'lac' } } })
  t.equal(events.at(-1)?.event, 'end')
  t.notMatch(text, /alice/)
  const again = eventsOf(await (await open()).text())
  t.strictSame(
    again.map(({ event }) => event),
    ['status', 'end'],
    'of a job that has ended',
  )
})

t.test('streams end when the service stops', { skip: noRedis }, async t => {
  const bed = await openBed(t)
  const id = await newJob(bed)
  const head = [
    `GET /v1/jobs/${id}/events HTTP/1.1`,
    'host: x',
    `authorization: Bearer ${TOKENS.alice}`,
    'connection: close',
  ]
  const text = raw(bed.port, head)
  await sleep(150)
  bed.stopping.abort()
  t.match(await text, /"state":"waiting"[\s\S]*event: end/)
})

t.test('a client that reads nothing is cut off', async t => {
  let given = 0
  const large = () => ({ ...status(given++), error: { code: 'x', message: 'y'.repeat(200_000) } })
  const queue = {
    status: async () => large(),
    async *watch(_id: string, signal: AbortSignal) {
      while (!signal.aborted) {
        yield large()
        await sleep(1)
      }
    },
  } as unknown as JobQueue
  const limits = { ...LIMITS, keepAlive: 100 }
  const tokens = Tokens.parse(`alice:${TOKENS.alice}`, 'the test')
  const nothing = {} as never
  const stopping = new AbortController()
  const app = await createService(
    { queue, storage: nothing, ledger: nothing, tokens, limits, log: 'silent' },
    stopping.signal,
  )
  t.teardown(() => app.close())
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const id = '00000000-0000-4000-8000-000000000000'
  const closed = new Promise(resolve => {
    app.server.once('connection', socket => socket.once('close', () => resolve(socket.bytesWritten)))
  })
  const client = connect(port, '127.0.0.1', () => {
    client.pause()
    client.write(
      `GET /v1/jobs/${id}/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKENS.alice}\r\n\r\n`,
    )
  })
  client.on('error', () => {})
  const written = Number(await closed)
  client.destroy()
  const offered = given * 200_000
  t.ok(given > 50 && written < offered / 2, `of ${offered} bytes ${written} were written`)
})
