import t from 'tap'
import { ask, submit, upload } from './asking.js'
import { as, type Bed, noRedis, openBed } from './bed.js'

const NOBODY = '00000000-0000-4000-8000-000000000000'

async function modelOf({ url }: Bed, owner: 'alice' | 'bob', bytes = `a model of ${owner}`) {
  const { json } = await upload(url, 'm.onnx', bytes, as(owner))
  return { hash: json.hash as string, extension: '.onnx' }
}
const purify = (model: object, options: object = {}) => ({
  ...{ kind: 'purify', inputs: { model }, options: { data: 'mnist', ...options } },
})

t.test('jobs', { skip: noRedis }, async t => {
  const bed = await openBed(t)
  const { url } = bed
  const get = (path: string, owner: 'alice' | 'bob' = 'alice', more: object = {}) =>
    ask(`${url}${path}`, { headers: { ...as(owner), ...more } })
  const cancel = (id: string, owner: 'alice' | 'bob') =>
    ask(`${url}/v1/jobs/${id}`, { method: 'DELETE', headers: as(owner) })
  const model = await modelOf(bed, 'alice')

  t.test('what is wrong with a job is said, and it takes no place', async t => {
    const wrong: [object | string, number, RegExp][] = [
      ['{', 400, /JSON/],
      ['[]', 400, /JSON object/],
      ['{"__proto__": {"kind": "purify"}}', 400, /./],
      [{ kind: 'cell' }, 400, /one of purify, measure, audit/],
      [{ kind: 'purify' }, 400, /no model/],
      [{ ...purify(model), owner: 'bob' }, 400, /unknown option "owner"/],
      [purify(model, { weightBits: 9 }), 400, /weightBits/],
      [purify(model, { data: 'folder:/etc' }), 400, /"data"/],
      [purify(model, { data: '../mnist' }), 400, /"data"/],
      [
        { ...purify(model), kind: 'measure', options: { trigger: 'network:file=/etc/passwd' } },
        400,
        /trigger/,
      ],
      [purify({ ...model, extension: '/../../x' }), 400, /./],
      [purify({ hash: '../../etc/passwd', extension: '.onnx' }), 400, /./],
      [{ ...purify(model), limits: { seconds: 61 } }, 400, /at most 60/],
      [{ ...purify(model), priority: 1 }, 400, /at least 1000/],
      [purify({ hash: '0'.repeat(64), extension: '.onnx' }), 404, /file/],
      [purify({ job: NOBODY, output: 'model.onnx' }), 404, /job/],
      [purify(model, { x: 'y'.repeat(5000) }), 413, /large/],
    ]
    for (const [job, status, message] of wrong) {
      const answer = await submit(url, job, as('alice'))
      t.match(
        { status: answer.status, message: answer.json.error.message },
        { status, message },
        JSON.stringify(job).slice(0, 99),
      )
    }
    t.equal((await submit(url, purify(model), { ...as('alice'), 'content-type': 'text/plain' })).status, 415)
    t.equal((await get('/v1/jobs')).json.jobs.length, 0)
  })

  t.test('an owner may have so many that have not ended', async t => {
    const ids: string[] = []
    for (let at = 0; at < 3; at++) {
      const { status, json, headers } = await submit(url, purify(model), as('alice'))
      t.equal(status, 201)
      t.equal(headers.get('location'), `/v1/jobs/${json.id}`)
      ids.push(json.id)
    }
    const many = await Promise.all([1, 2].map(() => submit(url, purify(model), as('alice'))))
    t.strictSame(
      many.map(({ status }) => status),
      [429, 429],
    )
    t.strictSame(
      (await get('/v1/jobs')).json.jobs.map(({ id, state }: { id: string; state: string }) => ({
        id,
        state,
      })),
      ids.reverse().map(id => ({ id, state: 'waiting' })),
      'the newest first',
    )
    const after = await get(`/v1/jobs?after=${ids[0]}`)
    t.strictSame(
      after.json.jobs.map(({ id }: { id: string }) => id),
      ids.slice(1),
    )

    t.equal((await cancel(ids[0] as string, 'bob')).status, 404, 'not his')
    t.equal((await cancel(ids[0] as string, 'alice')).status, 200)
    t.equal((await cancel(ids[0] as string, 'alice')).status, 409)
    t.equal((await get(`/v1/jobs/${ids[0]}`)).json.state, 'cancelled')
    t.equal((await submit(url, purify(model), as('alice'))).status, 201, 'its place is free')
    t.equal((await submit(url, purify(model), as('alice'))).status, 429)
  })

  t.test('nobody sees, and nobody uses, what is somebody else’s', async t => {
    const [{ id }] = (await get('/v1/jobs')).json.jobs
    for (const what of ['', '/events', '/outputs/model.safetensors', '/report']) {
      t.equal((await get(`/v1/jobs/${id}${what}`, 'bob')).status, 404, what)
    }
    t.equal((await get(`/v1/report?job=${id}`, 'bob')).status, 404)
    t.strictSame((await get('/v1/jobs', 'bob')).json, { jobs: [] })
    t.strictSame((await get(`/v1/jobs?after=${id}`, 'bob')).json, { jobs: [] })
    t.equal((await submit(url, purify(model), as('bob'))).status, 404, 'her file')
    t.equal((await submit(url, purify({ job: id, output: 'x.onnx' }), as('bob'))).status, 404, 'her output')
    const same = await modelOf(bed, 'bob', 'a model of alice')
    t.equal(same.hash, model.hash)
    t.equal((await submit(url, purify(same), as('bob'))).status, 201, 'once he has it himself')
  })

  t.test('results: outputs, and the report of several jobs', async t => {
    const [{ id: open }] = (await get('/v1/jobs')).json.jobs
    t.equal((await get(`/v1/jobs/${open}/report`)).status, 409, 'before there is a result')
    await bed.work()
    const ended = async (id: string) => {
      for await (const status of bed.queue.watch(id)) if (status.state === 'completed') return status.id
      return ''
    }
    await ended(open)
    const status = await get(`/v1/jobs/${open}`)
    t.match(status.json, { state: 'completed', result: { method: 'lac' }, attempts: 1 })
    t.notOk('owner' in status.json)
    t.notOk('result' in (await get('/v1/jobs')).json.jobs[0], 'a list has no results')

    const file = await get(`/v1/jobs/${open}/outputs/model.safetensors`)
    t.equal(file.text, `made by ${open}`)
    t.match(file.headers.get('content-disposition'), /^attachment; filename\*=UTF-8''model.safetensors$/)
    for (const name of ['..%2f..%2fetc%2fpasswd', '..', '__proto__', 'constructor', 'x', '%00', '%zz']) {
      const { status } = await get(`/v1/jobs/${open}/outputs/${name}`)
      t.ok([400, 404].includes(status), `${name}: ${status}`)
    }

    const purified = { job: open, output: 'model.safetensors' }
    const measured = await submit(
      url,
      { kind: 'measure', inputs: { model: purified }, options: { data: 'mnist' } },
      as('alice'),
    )
    const audited = await submit(
      url,
      { kind: 'audit', inputs: { model }, options: { data: 'mnist' } },
      as('alice'),
    )
    for (const { json } of [measured, audited]) await ended(json.id)
    const path = `/v1/report?job=${open}&job=${measured.json.id}&job=${audited.json.id}`
    const page = await get(path)
    t.match(page.headers.get('content-security-policy'), /sandbox/)
    t.match(page.text, /3-audit.json/)
    t.match((await get(path, 'alice', { accept: 'application/json' })).json, { tone: /\w/, headline: /\w/ })
    t.match((await get(`/v1/jobs/${open}/report`)).text, /<h1>Shellac report/)
    t.equal((await get('/v1/report')).status, 400)
    t.equal((await get(`/v1/report?job=${NOBODY}`)).status, 404)
    t.equal((await get('/v1/report?job=../../x')).status, 404)
  })

  t.test('files that were removed from the storage', async t => {
    const [{ id, outputs }] = (await get('/v1/jobs')).json.jobs
    const again = purify({ job: id, output: 'model.safetensors' })
    for (const hash of [...(Object.values(outputs) as string[]), model.hash]) await bed.storage.remove?.(hash)
    const gone = await get(`/v1/jobs/${id}/outputs/model.safetensors`)
    t.match(gone, { status: 404, json: { error: { message: /removed/ } } })
    t.notMatch(gone.text, t.testdirName)
    t.equal((await submit(url, again, as('alice'))).status, 404)
    t.equal((await submit(url, purify(model), as('alice'))).status, 404)
  })

  t.test('unknown ones', async t => {
    for (const id of [NOBODY, 'x', '..%2f..', `${NOBODY}0`, '*', 'bull:shellac:1']) {
      for (const what of ['', '/events', '/outputs/x', '/report']) {
        t.equal((await get(`/v1/jobs/${id}${what}`)).status, 404, id + what)
      }
      t.equal((await cancel(id, 'alice')).status, 404, id)
    }
  })
})
