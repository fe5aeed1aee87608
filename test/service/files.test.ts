import { createHash, randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { ask, raw, upload } from './asking.js'
import { as, noRedis, openBed, TOKENS } from './bed.js'

const HEAD = [
  'host: 127.0.0.1',
  `authorization: Bearer ${TOKENS.alice}`,
  'content-type: application/octet-stream',
]
const post = (name: string, ...more: string[]) => [`POST /v1/files?name=${name} HTTP/1.1`, ...HEAD, ...more]

t.test('uploads', { skip: noRedis }, async t => {
  const bed = await openBed(t)
  const files = () =>
    readdirSync(t.testdirName, { recursive: true }).filter(name => /[0-9a-f]{20}|tmp/.test(String(name)))

  t.test('a file is kept under the hash of its bytes, once', async t => {
    const bytes = randomBytes(50_000)
    const hash = createHash('sha256').update(bytes).digest('hex')
    for (const owner of ['alice', 'bob'] as const) {
      const { status, json } = await upload(bed.url, 'Model.ONNX', bytes, as(owner))
      t.strictSame({ status, json }, { status: 201, json: { hash, extension: '.onnx', bytes: 50_000 } })
    }
    t.equal(files().length, 1)
  })

  t.test('a name is no path: it gives a known extension or nothing', async t => {
    for (const name of ['../../etc/x.onnx', 'a/b.pt', 'a\\b.pt', 'x\0.pt', 'x.exe', 'passwd', '', '..']) {
      t.equal((await upload(bed.url, name, 'x', as('alice'))).status, 400, JSON.stringify(name))
    }
    t.equal(
      (await ask(`${bed.url}/v1/files`, { method: 'POST', body: 'x', headers: as('alice') })).status,
      415,
    )
    const twice = `${bed.url}/v1/files?name=a.onnx&name=b.onnx`
    const headers = { 'content-type': 'application/octet-stream', ...as('alice') }
    t.equal((await ask(twice, { method: 'POST', body: 'x', headers })).status, 400, 'two names')
  })

  t.test('the body is a file as it is', async t => {
    for (const type of ['application/json', 'multipart/form-data; boundary=x', 'text/plain']) {
      const headers = { 'content-type': type, ...as('alice') }
      t.equal((await upload(bed.url, 'x.onnx', '{}', headers)).status, 415, type)
    }
    const before = files().length
    const none = await raw(bed.port, post('x.onnx', 'content-length: 0', 'connection: close'))
    t.match(none, /^HTTP\/1.1 400 /, 'an empty one')
    t.equal(files().length, before, 'is not kept')
  })

  t.test('too large: 413, announced or not, and nothing stays', async t => {
    const before = files().length
    t.equal((await upload(bed.url, 'x.onnx', randomBytes(100_001), as('alice'))).status, 413, 'announced')
    const endless = raw(bed.port, post('x.onnx', 'transfer-encoding: chunked'), socket => {
      const chunk = Buffer.concat([Buffer.from('10000\r\n'), randomBytes(65_536), Buffer.from('\r\n')])
      const timer = setInterval(() => socket.write(chunk), 5)
      socket.on('close', () => clearInterval(timer))
    })
    t.match(await endless, /^HTTP\/1.1 413 /, 'endless')
    t.equal(files().length, before)
  })

  t.test('a connection that breaks leaves nothing', async t => {
    const before = files().length
    await raw(bed.port, post('x.onnx', 'content-length: 5000'), socket => {
      socket.write(randomBytes(3000))
      setTimeout(() => socket.destroy(), 50)
    })
    await sleep(200)
    t.equal(files().length, before)
    t.equal((await upload(bed.url, 'x.onnx', 'y', as('alice'))).status, 201)
  })

  t.test('nobody else may', async t => {
    for (const headers of [{}, { authorization: 'Bearer x' }, { authorization: `Basic ${TOKENS.alice}` }]) {
      const { status, headers: said } = await upload(
        bed.url,
        'x.onnx',
        'x',
        headers as Record<string, string>,
      )
      t.equal(status, 401)
      t.equal(said.get('www-authenticate'), 'Bearer')
    }
    t.match(
      await raw(bed.port, ['GET / HTTP/1.1', `x: ${'y'.repeat(8000)}`]),
      /^HTTP\/1.1 431 /,
      'long headers',
    )
    t.match(await raw(bed.port, ['GET / HTTP/1.1', 'x']), /^HTTP\/1.1 400 /, 'no HTTP')
  })
})

t.test('too slow: 408, and the slot is free again', { skip: noRedis }, async t => {
  const bed = await openBed(t, { limits: { patience: 600 } })
  const drop = (socket: import('node:net').Socket) => {
    const timer = setInterval(() => socket.write('x'), 50)
    socket.on('close', () => clearInterval(timer))
  }
  const slow = [1, 2].map(() => raw(bed.port, post('x.onnx', 'content-length: 5000'), drop))
  await sleep(100)
  const third = await upload(bed.url, 'x.onnx', 'x', as('alice'))
  t.equal(third.status, 429, 'alice has two already')
  t.equal(third.headers.get('retry-after'), '5')
  t.equal((await upload(bed.url, 'x.onnx', 'bob', as('bob'))).status, 201, 'bob has none')
  for (const answer of await Promise.all(slow)) t.match(answer, /^HTTP\/1.1 408 /)
  t.equal((await upload(bed.url, 'x.onnx', 'x', as('alice'))).status, 201)
})
