import t from 'tap'
import { checkHost } from '../../lib/service/access.js'
import { Tokens } from '../../lib/service/tokens.js'
import { ask, raw } from './asking.js'
import { as, noRedis, openBed } from './bed.js'

t.test('tokens are read, weak ones are refused, and none is quoted', async t => {
  const strong = 'x'.repeat(24)
  const tokens = Tokens.parse(
    `# a comment, with:colons\n\nann:${strong}\n  ben:${strong}2 , cy:${strong}3\n`,
    'f',
  )
  t.equal(tokens.count, 3)
  t.strictSame(
    [strong, `${strong}2`, `${strong}3`, '', 'x', `${strong}4`].map(token => tokens.ownerOf(token)),
    ['ann', 'ben', 'cy', undefined, undefined, undefined],
  )
  for (const text of [
    'ann',
    'ann:',
    'ann:short',
    `:${strong}`,
    `a b:${strong}`,
    `a/b:${strong}`,
    `ann:${strong} ${strong}`,
  ]) {
    t.throws(() => Tokens.parse(text, 'f'), { code: 'ERR_BAD_OPTION' }, text)
    try {
      Tokens.parse(text, 'f')
    } catch (error) {
      t.notMatch((error as Error).message, /short|xxx/)
    }
  }
})

t.test('without tokens only a loopback address is served', async t => {
  const tokens = Tokens.parse(`ann:${'x'.repeat(24)}`, 'f')
  for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1'])
    t.doesNotThrow(() => checkHost(host, undefined))
  for (const host of ['0.0.0.0', '::', '192.168.0.1', 'example.org', '127.0.0.1.example.org']) {
    t.throws(() => checkHost(host, undefined), { code: 'ERR_BAD_OPTION', message: /SHELLAC_TOKENS/ }, host)
    t.doesNotThrow(() => checkHost(host, tokens), host)
  }
})

t.test('without tokens a foreign page gets nothing', { skip: noRedis }, async t => {
  const { port } = await openBed(t, { open: true })
  const status = async (path: string, ...headers: string[]) => {
    const head = [`GET ${path} HTTP/1.1`, 'connection: close', ...headers]
    return Number((await raw(port, head)).split(' ')[1])
  }
  const host = `host: 127.0.0.1:${port}`
  t.equal(await status('/v1/jobs', host), 200)
  t.equal(await status('/v1/jobs', `host: localhost:${port}`, `origin: http://localhost:${port}`), 200)
  t.equal(await status('/v1/jobs', `host: [::1]:${port}`, 'sec-fetch-site: same-origin'), 200)
  for (const path of ['/v1/jobs', '/', '/metrics', '/healthz']) {
    t.equal(await status(path, `host: evil.example:${port}`), 403, `rebound: ${path}`)
    t.equal(await status(path, host, 'origin: http://evil.example'), 403, `cross-origin: ${path}`)
    t.equal(await status(path, host, 'origin: null'), 403, `sandboxed: ${path}`)
  }
  t.equal(await status('/v1/jobs', host, 'origin: http://localhost:1'), 403, 'another port')
  t.equal(await status('/v1/jobs', host, 'sec-fetch-site: cross-site'), 403)
  t.equal(await status('/', host, 'sec-fetch-site: cross-site'), 200, 'a link to the page')
})

t.test('for those who run it', { skip: noRedis }, async t => {
  const { url, stopping } = await openBed(t)
  t.strictSame((await ask(`${url}/healthz`)).json, { status: 'ok' })
  t.match(await ask(`${url}/readyz`), { status: 200, json: { checks: { redis: true, storage: true } } })
  t.equal((await ask(`${url}/metrics`)).status, 401)
  const { status, text } = await ask(`${url}/metrics`, { headers: as('alice') })
  t.equal(status, 200)
  for (const line of [
    'shellac_jobs{state="waiting"} 0',
    'shellac_uploads 0',
    'shellac_streams 0',
    'shellac_uploaded_bytes_total 0',
    'shellac_http_request_duration_seconds_count{method="GET",route="/readyz",status="200"} 1',
  ]) {
    t.ok(text.includes(line), line)
  }
  const unknown = await ask(`${url}/v1/session`, { headers: { authorization: 'Bearer x' } })
  t.strictSame(unknown.json, { authorized: false })
  t.strictSame((await ask(`${url}/v1/session`, { headers: as('bob') })).json, {
    authorized: true,
    owner: 'bob',
  })
  t.equal((await ask(`${url}/nowhere`, { headers: as('bob') })).status, 404)
  t.equal((await ask(`${url}/nowhere`)).status, 401)

  const api = (await ask(`${url}/v1/openapi.json`)).json
  t.equal(api.openapi, '3.1.0')
  t.ok(api.paths['/v1/jobs/{id}/outputs/{name}'].get.parameters.length === 2)
  t.ok(api.paths['/v1/jobs'].post.requestBody.content['application/json'].schema.properties.kind)
  stopping.abort()
  t.match(await ask(`${url}/readyz`), { status: 503, json: { checks: { running: false } } })
})

t.test('without Redis: not ready, and 503', { skip: noRedis }, async t => {
  const { url, stopRedis, storage } = await openBed(t)
  const headers = { 'content-type': 'application/octet-stream', ...as('alice') }
  const kept = await ask(`${url}/v1/files?name=x.onnx`, { method: 'POST', body: 'x', headers })
  await stopRedis()
  t.match(await ask(`${url}/readyz`), { status: 503, json: { checks: { redis: false, storage: true } } })
  t.equal((await ask(`${url}/healthz`)).status, 200)
  const list = await ask(`${url}/v1/jobs`, { headers: as('alice') })
  t.match(list, { status: 503, json: { error: { code: 'ERR_UNAVAILABLE' } } })
  t.notMatch(list.text, /sock/)
  t.ok(await storage.has(kept.json.hash))
})
