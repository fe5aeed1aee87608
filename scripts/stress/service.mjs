// `npm run stress:service`: twenty clients and 200 uploads, a third of them bad, against the built service with its own
// Redis and one worker. Right status each, nothing lost, nothing left over, nobody sees another's job. Writes
// docs/results/service.json.
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeResults } from '../../bench/lib/results.mjs'
import { root } from '../setup/root.mjs'
import { planned, UPLOADS } from './clients.mjs'

const CLIENTS = 20
const COUNT = 200

const folder = mkdtempSync(join(tmpdir(), 'shellac-stress-'))
const owners = Array.from({ length: CLIENTS }, (_, at) => ({
  name: `owner${at}`,
  token: randomBytes(32).toString('hex'),
  files: [],
  jobs: [],
}))
const service = await start()
const began = performance.now()
try {
  const uploads = await allUploads()
  const seconds = (performance.now() - began) / 1000
  const storage = await checkStorage()
  const jobs = await allJobs()
  const seen = await whoSeesWhat()
  const ready = (await fetch(`${service.address}/readyz`)).status === 200
  await report({ uploads, seconds, storage, jobs, seen, ready })
} finally {
  service.child.kill('SIGTERM')
  await service.ended
  rmSync(folder, { recursive: true, force: true })
}

async function start() {
  const child = spawn(
    process.execPath,
    [
      ...[join(root, 'dist', 'cli', 'main.js'), 'serve', '--port', '0', '--storage', join(folder, 'storage')],
      ...['--json', '--log', 'error', '--max-upload', '1', '--workers', '1', '--uploads', '64'],
    ],
    {
      env: { ...process.env, SHELLAC_TOKENS: owners.map(({ name, token }) => `${name}:${token}`).join(',') },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ended = once(child, 'exit')
  const [facts] = await once(child.stdout, 'data')
  const { address } = JSON.parse(String(facts))
  return { child, ended, address, port: Number(new URL(address).port) }
}

/** Each client sends its share, two at a time. */
async function allUploads() {
  const results = []
  const plan = planned(COUNT).map((name, at) => ({ name, owner: owners[at % CLIENTS] }))
  await Promise.all(
    owners.flatMap(owner => {
      const own = plan.filter(one => one.owner === owner)
      return [0, 1].map(async lane => {
        for (const { name } of own.filter((_, at) => at % 2 === lane)) {
          const { expected, send } = UPLOADS[name]
          const size = 1000 + Math.floor(Math.random() * 900_000)
          const { status, hash } = await send({ port: service.port, token: owner.token, size })
          if (hash) owner.files.push(hash)
          results.push({ name, expected, status })
        }
      })
    }),
  )
  return results
}

/** Every file that was acknowledged is there with its bytes, and soon no other one, whole or begun. */
async function checkStorage() {
  const kept = new Set(owners.flatMap(({ files }) => files))
  for (let tries = 1; ; tries++) {
    const found = storedHashes()
    const lost = [...kept].filter(hash => !found.includes(hash)).length
    const leftOver = found.filter(hash => !kept.has(hash)).length
    if (leftOver === 0 || tries === 30) return { acknowledged: kept.size, lost, leftOver }
    await sleep(100) // the last client may just have dropped its connection
  }
}

function storedHashes() {
  const storage = join(folder, 'storage')
  const files = readdirSync(storage, { recursive: true, withFileTypes: true }).filter(
    entry => entry.isFile() && !entry.parentPath.startsWith(join(storage, 'redis')),
  )
  return files.map(({ parentPath, name }) =>
    createHash('sha256')
      .update(readFileSync(join(parentPath, name)))
      .digest('hex'),
  )
}

function ask(owner, path, init = {}) {
  const headers = { authorization: `Bearer ${owner.token}`, ...init.headers }
  return fetch(`${service.address}${path}`, { ...init, headers })
}

/** Each client has a real model measured, and hears of it until its end. */
async function allJobs() {
  const model = readFileSync(join(root, 'examples', 'models', 'mnist-qu-anti-zation.safetensors'))
  const headers = { 'content-type': 'application/octet-stream' }
  const ends = await Promise.all(
    owners.map(async owner => {
      const kept = await ask(owner, '/v1/files?name=m.safetensors', { method: 'POST', headers, body: model })
      const { hash, extension } = await kept.json()
      const job = {
        kind: 'measure',
        inputs: { model: { hash, extension } },
        options: { data: 'mnist', limit: 32, threads: 1 },
      }
      const answer = await ask(owner, '/v1/jobs', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(job),
      })
      const { id } = await answer.json()
      owner.jobs.push(id)
      const text = await (await ask(owner, `/v1/jobs/${id}/events`)).text()
      return /"state":"completed"/.test(text) && /event: end/.test(text)
    }),
  )
  return { submitted: ends.length, completed: ends.filter(Boolean).length }
}

/** Every client asks for every job, and for each part of it. */
async function whoSeesWhat() {
  const [seen, wrong] = [{ own: 0, foreign: 0 }, []]
  for (const owner of owners) {
    const { jobs } = await (await ask(owner, '/v1/jobs')).json()
    if (JSON.stringify(jobs.map(({ id }) => id)) !== JSON.stringify(owner.jobs))
      wrong.push(`list of ${owner.name}`)
    for (const other of owners) {
      for (const path of ['', '/events', '/report', '/outputs/report.json']) {
        const answer = await ask(owner, `/v1/jobs/${other.jobs[0]}${path}`)
        await answer.arrayBuffer()
        const right = owner === other ? 200 : 404
        if (answer.status !== right) wrong.push(`${owner.name}, ${other.name}${path}: ${answer.status}`)
        seen[owner === other ? 'own' : 'foreign']++
      }
    }
  }
  return { ...seen, wrong }
}

async function report({ uploads, seconds, storage, jobs, seen, ready }) {
  const rows = Object.entries(UPLOADS).map(([name, { expected }]) => {
    const own = uploads.filter(one => one.name === name)
    const right = own.filter(({ status }) => status === expected).length
    const others = [...new Set(own.map(({ status }) => status))].filter(status => status !== expected)
    const unit = expected === null ? 'without an answer' : `with status ${expected}`
    return {
      case: `upload: ${name}`,
      value: right,
      unit,
      target: own.length,
      ...(others.length && { others }),
    }
  })
  const count = (name, value, target) => ({ case: name, value, unit: 'count', target })
  rows.push(
    count('uploads', uploads.length, COUNT),
    count('acknowledged files that are stored', storage.acknowledged - storage.lost, storage.acknowledged),
    count('files that nobody was told of', storage.leftOver, 0),
    count('jobs that ended well, watched to their end', jobs.completed, jobs.submitted),
    count('wrong answers to 4 questions of each client about each job', seen.wrong.length, 0),
    count('service ready afterwards', Number(ready), 1),
  )
  const failed = rows.filter(({ value, target }) => value !== target)
  await writeResults(join(root, 'docs', 'results', 'service.json'), {
    command: 'npm run stress:service',
    clients: CLIENTS,
    seconds,
    rows,
  })
  for (const row of failed) console.log(`FAIL ${JSON.stringify(row)}`)
  for (const line of seen.wrong.slice(0, 10)) console.log(`FAIL ${line}`)
  console.log(
    `${rows.length - failed.length} of ${rows.length} rows as they should be; uploads took ${seconds.toFixed(1)} s`,
  )
  process.exitCode = failed.length > 0 ? 1 : 0
}
