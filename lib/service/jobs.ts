// POST /v1/jobs, GET /v1/jobs, GET and DELETE /v1/jobs/:id.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ShellacError } from '../errors.js'
import type { JobStatus } from '../queue/contract.js'
import { readRequest } from './job-request.js'
import { MeteredBody } from './metered-body.js'
import type { ServiceLimits } from './options.js'
import { hasEnded, ownJob, shown } from './owned.js'
import { Refusal } from './refusal.js'
import { unlessRemoved } from './removed.js'
import type { Service } from './service.js'

interface Id {
  Params: { id: string }
}

const PAGE = 50

export function jobRoutes(app: FastifyInstance, service: Service): void {
  const { queue, limits } = service
  app.removeContentTypeParser('text/plain')
  app.addHook('preParsing', async (request, _reply, payload) =>
    request.method === 'POST' ? timelyBody(request, limits) : payload,
  )

  app.post('/v1/jobs', async (request, reply) => {
    const job = await readRequest(service, request.owner, request.body)
    const id = await submit(service, request.owner, id => unlessRemoved(queue.submit({ ...job, id })))
    return reply.status(201).header('location', `/v1/jobs/${id}`).send({ id })
  })

  app.get<{ Querystring: { after?: unknown } }>('/v1/jobs', async ({ owner, query }) => {
    const after = typeof query.after === 'string' ? query.after : undefined
    const jobs = await list(service, owner, after)
    return { jobs: jobs.map(({ result: _, ...job }) => shown({ ...job, result: undefined })) }
  })

  app.get<Id>('/v1/jobs/:id', async ({ owner, params }) => shown(await ownJob(service, owner, params.id)))

  app.delete<Id>('/v1/jobs/:id', async ({ owner, params }) => {
    const { id } = await ownJob(service, owner, params.id)
    if (await queue.cancel(id)) return { id, cancelled: true }
    throw new Refusal('ERR_CONFLICT', 'the job has ended already')
  })
}

/** All of a JSON body has to come within the patience. */
const timelyBody = ({ raw }: FastifyRequest, { jsonBytes, patience }: ServiceLimits) =>
  new MeteredBody(raw, { least: 0, most: jsonBytes, patience, rate: (1000 * jsonBytes) / patience })

async function submit(
  service: Service,
  owner: string,
  send: (id: string) => Promise<string>,
): Promise<string> {
  const { ledger } = service
  const id = await placeFor(service, owner)
  try {
    return await send(id)
  } catch (error) {
    if (!mayHaveArrived(error)) await ledger.withdraw(owner, id).catch(() => {})
    throw error
  }
}

/** Redis may have taken a job and not come to say so. */
const mayHaveArrived = (error: unknown): boolean =>
  error instanceof ShellacError && error.code === 'ERR_QUEUE'

async function placeFor(service: Service, owner: string): Promise<string> {
  const { ledger, limits } = service
  const reserve = () => ledger.reserve(owner, limits.jobsPerOwner)
  const place = (await reserve()) ?? (await freeEnded(service, owner).then(reserve))
  if (place !== undefined) return place
  throw new Refusal(
    'ERR_TOO_MANY',
    `you have ${limits.jobsPerOwner} jobs that have not ended, which is the limit`,
  )
}

/** Gives back the places of jobs that have ended, and of those that never came to be. */
async function freeEnded({ ledger, queue }: Service, owner: string): Promise<void> {
  for (const id of await ledger.holders(owner)) {
    const status = await queue.status(id)
    if (!status) await ledger.forget(owner, id)
    else if (hasEnded(status)) await ledger.release(owner, id)
  }
}

/** Newest first. */
async function list({ ledger, queue }: Service, owner: string, after?: string): Promise<JobStatus[]> {
  const jobs: JobStatus[] = []
  for (const id of await ledger.jobs(owner, PAGE, after)) {
    const status = await queue.status(id)
    if (status) jobs.push(status)
    else await ledger.forget(owner, id)
  }
  return jobs
}
