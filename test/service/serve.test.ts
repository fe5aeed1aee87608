// The built command, as it is run: its own Redis, real workers, stopped while it works.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { serve as run, type ServeOptions } from '../../lib/service/serve.js'
import { MAIN, shellac } from '../cli/child.js'
import { smallModel } from '../facade/small.js'
import { ask, raw, submit, upload } from './asking.js'
import { as, noRedis, TOKENS } from './bed.js'

interface Served {
  child: ChildProcess
  facts: { address: string; redis: string; ownRedis: boolean; tokens: number; workers: number }
  log(): string
  ended: Promise<unknown[]>
}

async function serve(storage: string, ...more: string[]): Promise<Served> {
  const child = spawn(
    process.execPath,
    [MAIN, 'serve', '--port', '0', '--storage', storage, '--json', ...more],
    {
      env: { ...process.env, NODE_OPTIONS: '', SHELLAC_TOKENS: `alice:${TOKENS.alice}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let log = ''
  child.stderr.on('data', piece => {
    log += piece
  })
  const ended = once(child, 'exit')
  const first = await Promise.race([once(child.stdout, 'data'), ended])
  return { child, facts: JSON.parse(String(first[0])), log: () => log, ended }
}

t.test('a job from the upload to the file, and a stop that loses nothing', { skip: noRedis }, async t => {
  const folder = t.testdir()
  const path = join(folder, 'small.safetensors')
  await (await smallModel()).save(path)
  const storage = join(folder, 'storage')
  const one = await serve(storage, '--workers', '1')
  t.teardown(() => one.child.kill('SIGKILL'))
  const { address } = one.facts
  t.match(one.facts, { ownRedis: true, tokens: 1, workers: 1, redis: /^unix:/ })
  t.equal((await ask(`${address}/readyz`)).status, 200)

  const kept = await upload(address, 'small.safetensors', readFileSync(path), as('alice'))
  const inputs = { model: { hash: kept.json.hash, extension: '.safetensors' } }
  const options = { data: 'mnist', calibration: 16, columns: 64, pda: false, threads: 1 }
  const { json } = await submit(address, { kind: 'purify', inputs, options }, as('alice'))
  const events = await ask(`${address}/v1/jobs/${json.id}/events`, { headers: as('alice') })
  t.match(events.text, /"state":"completed"[\s\S]*event: end/)
  const made = await fetch(`${address}/v1/jobs/${json.id}/outputs/model.safetensors`, {
    headers: as('alice'),
  })
  t.ok((await made.arrayBuffer()).byteLength > 1000)
  const report = await ask(`${address}/v1/jobs/${json.id}/report`, { headers: as('alice') })
  t.match(report.text, /Shellac report/)

  const head = ['POST /v1/files?name=x.onnx HTTP/1.1', 'host: x', `authorization: Bearer ${TOKENS.alice}`]
  const type = 'content-type: application/octet-stream'
  const late = raw(
    Number(new URL(address).port),
    [...head, type, 'content-length: 2', 'connection: close'],
    async socket => {
      socket.write('x')
      await sleep(200)
      one.child.kill('SIGTERM')
      await sleep(200)
      socket.write('y')
    },
  )
  t.match(await late, /^HTTP\/1.1 201 /, 'an upload that had begun')
  t.strictSame(await one.ended, [0, null])
  t.notOk(existsSync(join(storage, 'redis', 'service.pid')))
  t.notMatch(one.log(), new RegExp(TOKENS.alice), 'no token in the log')
  t.match(one.log(), /"url":"\/v1\/files\?name=x.onnx"/)

  const again = await serve(storage)
  t.teardown(() => again.child.kill('SIGKILL'))
  const list = await ask(`${again.facts.address}/v1/jobs`, { headers: as('alice') })
  t.match(list.json.jobs, [{ id: json.id, state: 'completed' }], 'the queue survives a restart')
  const second = await shellac(['serve', '--port', '0', '--storage', storage])
  t.match(second, { code: 1, err: /ERR_BAD_OPTION: storage .*another service/ })
  const redis = again.facts.redis.replace('unix:', '')
  again.child.kill('SIGKILL')
  await again.ended
  for (let tries = 0; tries < 100 && existsSync(redis); tries++) await sleep(50)
  t.notOk(existsSync(redis), 'its Redis ends with it, also when it is killed')
})

t.test('what cannot be served is said at once', { skip: noRedis }, async t => {
  const folder = t.testdir({ tokens: 'alice:short' })
  const storage = join(folder, 'storage')
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const taken = (other.address() as AddressInfo).port
  const wrong: [ServeOptions, string, RegExp][] = [
    [{ host: '0.0.0.0' }, 'ERR_BAD_OPTION', /no token.*SHELLAC_TOKENS/],
    [{ tokens: join(folder, 'tokens') }, 'ERR_BAD_OPTION', /24 to 512/],
    [{ tokens: join(folder, 'nowhere') }, 'ERR_BAD_OPTION', /ENOENT/],
    [{ redis: 'redis://:secret@127.0.0.1:1' }, 'ERR_QUEUE', /Redis at redis:\/\/127.0.0.1:1/],
    [{ port: 65_536 }, 'ERR_BAD_OPTION', /"port"/],
    [{ port: taken }, 'ERR_BAD_OPTION', /EADDRINUSE.*a port that is free/],
    [{ storage: 's3://bucket' }, 'ERR_BAD_OPTION', /option "redis"/],
  ]
  for (const [options, code, message] of wrong) {
    const error = await run({ storage, port: 0, ...options }).then(
      () => null,
      (error: Error) => error,
    )
    t.match(error, { code, message }, JSON.stringify(options))
    t.notMatch(error?.message, /secret|short/)
  }
  t.notOk(existsSync(join(storage, 'redis', 'service.pid')), 'and nothing is left running')
})
