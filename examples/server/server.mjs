// A plain HTTP server that purifies while it serves: `node server.mjs`, then
//   curl -X POST localhost:8080/jobs        starts a job, gives its id
//   curl localhost:8080/jobs/1              how far it is, or what it found
//   curl -X DELETE localhost:8080/jobs/1    stops it
// Jobs run on Shellac's own thread, one after another: the event loop stays free to answer.
import { createServer } from 'node:http'
import { createModel, datasets, purify } from 'shellac-torch'

const jobs = new Map()
let last = 0

function start() {
  const id = ++last
  const controller = new AbortController()
  const job = { id, state: 'running', progress: null, stop: () => controller.abort(new Error('deleted')) }
  jobs.set(id, job)
  work(controller.signal, progress => {
    job.progress = progress
  }).then(
    units => Object.assign(job, { state: 'done', units }),
    ({ code, message }) => Object.assign(job, { state: 'failed', code, message }),
  )
  return job
}

async function work(signal, onProgress) {
  const model = await createModel('resnet18', { width: 8, channels: 1, inputSize: 28 })
  const images = await datasets.mnist({ limit: 512 })
  const purified = await purify(model, images, { weightBits: 4, signal, onProgress })
  return purified.report?.units.length ?? null
}

const server = createServer((request, response) => {
  const [, collection, id] = (request.url ?? '').split('/')
  const job = jobs.get(Number(id))
  if (collection !== 'jobs') return answer(response, 404, { error: 'there is only /jobs' })
  if (request.method === 'POST') return answer(response, 202, { id: start().id })
  if (job === undefined) return answer(response, 404, { error: 'no such job' })
  if (request.method === 'DELETE') job.stop()
  const { stop, ...shown } = job
  answer(response, 200, shown)
})

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body)}\n`)
}

// Running jobs are stopped by Shellac itself when the process exits.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0))
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log(`listening on port ${server.address().port}`)
})
