import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import type { Storage } from '../../lib/queue/contract.js'
import { folderStorage, openStorage, s3Storage } from '../../lib/queue/index.js'
import { startS3, type TestS3 } from './s3-server.js'

const KEYS = { id: 'AKIATEST', secret: 'secret/of+the/test' }
const bytes = randomBytes(300_000)
const hash = createHash('sha256').update(bytes).digest('hex')
const nowhere = createHash('sha256').update('nothing').digest('hex')
const stream = (data: Uint8Array = bytes) => Readable.from([data.subarray(0, 7), data.subarray(7)])

const s3Of = (server: TestS3, secret = KEYS.secret) =>
  s3Storage({
    bucket: 'jobs',
    prefix: 'files/',
    endpoint: server.endpoint,
    accessKeyId: KEYS.id,
    secretAccessKey: secret,
  })

async function keeps(t: Test, storage: Storage): Promise<void> {
  const folder = join(t.testdirName, 'copies')
  await mkdir(folder, { recursive: true })
  t.equal(await storage.has(hash), false)
  await t.rejects(storage.open(hash), { code: 'ERR_BAD_DATA', message: /nothing in/ })
  await t.rejects(storage.fetch(nowhere, join(folder, 'x')), { code: 'ERR_BAD_DATA' })
  t.equal(await storage.put(stream()), hash, 'named by its SHA-256')
  t.equal(await storage.put(stream()), hash, 'again')
  t.equal(await storage.has(hash), true)
  t.ok(bytes.equals(await buffer(await storage.open(hash))))
  await storage.fetch(hash, join(folder, 'copy.bin'))
  t.ok(bytes.equals(await readFile(join(folder, 'copy.bin'))))
  t.strictSame(await readdir(folder), ['copy.bin'], 'nothing is left beside it')
  for (const wrong of ['../../etc/passwd', hash.toUpperCase(), `${hash}/..`, ''])
    await t.rejects(async () => storage.open(wrong), { code: 'ERR_BAD_OPTION' }, JSON.stringify(wrong))
  const broken = Readable.from(
    (async function* () {
      yield bytes
      throw new Error('cut off')
    })(),
  )
  await t.rejects(storage.put(broken), { code: 'ERR_QUEUE', message: /cut off/ })
  await storage.remove?.(hash)
  await storage.remove?.(hash)
  t.equal(await storage.has(hash), false)
}
t.test('a folder', async t => {
  const folder = t.testdir({})
  await keeps(t, folderStorage(join(folder, 'files')))
  t.strictSame(
    (await readdir(join(folder, 'files'), { recursive: true })).filter(name => name.includes('tmp')),
    [],
  )
})

t.test('a folder: many writers of the same bytes', async t => {
  const storage = folderStorage(t.testdir({}))
  const hashes = await Promise.all(Array.from({ length: 8 }, () => storage.put(stream())))
  t.strictSame(new Set(hashes), new Set([hash]))
  t.ok(bytes.equals(await buffer(await storage.open(hash))))
})

t.test('a folder: a file that was changed is found out', async t => {
  const folder = t.testdir({})
  const storage = folderStorage(folder)
  await storage.put(stream())
  await writeFile(join(folder, hash.slice(0, 2), hash.slice(2)), 'other')
  await t.rejects(storage.fetch(hash, join(folder, 'copy')), { code: 'ERR_QUEUE', message: /5 bytes/ })
  t.notOk((await readdir(folder)).includes('copy'))
})

t.test('S3', async t => {
  t.testdir({})
  const server = await startS3(KEYS)
  t.teardown(server.stop)
  await keeps(t, s3Of(server))
  t.strictSame(
    server.requests.filter(line => line.startsWith('PUT')),
    [`PUT /jobs/files/${hash}`],
    'what is there is not sent again',
  )
})

t.test('S3: refusals and failures are of the queue, which tries again', async t => {
  const server = await startS3(KEYS)
  t.teardown(server.stop)
  await t.rejects(s3Of(server, 'wrong').put(stream()), { code: 'ERR_QUEUE', message: /403/ })
  server.fail.push(503)
  await t.rejects(s3Of(server).open(hash), { code: 'ERR_QUEUE', message: /503, InternalError/ })
  await server.stop()
  await t.rejects(s3Of(server).has(hash), { code: 'ERR_QUEUE', message: /storage at 127/ })
})

t.test('storages by name', async t => {
  const server = await startS3(KEYS)
  t.teardown(server.stop)
  const env = {
    AWS_ACCESS_KEY_ID: KEYS.id,
    AWS_SECRET_ACCESS_KEY: KEYS.secret,
    AWS_ENDPOINT_URL: `${server.endpoint}/`,
    AWS_REGION: 'eu-central-1',
  }
  const storage = await openStorage('s3://jobs/some/where', env)
  t.equal(await storage.put(stream()), hash)
  t.ok(server.files.has(`/jobs/some/where/${hash}`))
  await t.rejects(openStorage('s3://jobs', {}), { code: 'ERR_BAD_OPTION', message: /AWS_ACCESS_KEY_ID/ })
  const folder = t.testdir({})
  t.equal(await (await openStorage(folder)).put(stream()), hash)
})
