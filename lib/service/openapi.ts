// GET /v1/openapi.json: what the service takes and gives, for programs.
import type { FastifyInstance, RouteOptions } from 'fastify'
import { version } from '../version.js'
import { jobSchema } from './job-request.js'

interface Operation {
  summary: string
  answers: Record<string, string>
}

const OPERATIONS: Record<string, Operation> = {
  'POST /v1/files': {
    summary: 'Keeps a file. The body is the file; ?name= says by its end what it is.',
    answers: {
      201: '{ hash, extension, bytes }',
      408: 'too slow',
      413: 'too large',
      415: 'another content-type',
    },
  },
  'POST /v1/jobs': {
    summary: 'Submits a job.',
    answers: { 201: '{ id }', 400: 'what is wrong with it', 429: 'too many jobs of yours have not ended' },
  },
  'GET /v1/jobs': {
    summary: 'Your jobs, the newest first, 50 at a time; ?after=ID gives those before that one. No results.',
    answers: { 200: '{ jobs: [status, ...] }' },
  },
  'GET /v1/jobs/:id': { summary: 'The status of a job.', answers: { 200: 'status' } },
  'DELETE /v1/jobs/:id': {
    summary: 'Stops a job.',
    answers: { 200: '{ id, cancelled: true }', 409: 'it had ended' },
  },
  'GET /v1/jobs/:id/events': {
    summary: 'Its progress as server-sent events: status, at each change, and end.',
    answers: { 200: 'text/event-stream' },
  },
  'GET /v1/jobs/:id/outputs/:name': {
    summary: 'A file that the job made.',
    answers: { 200: 'application/octet-stream' },
  },
  'GET /v1/jobs/:id/report': {
    summary: 'What the job found, as a page; with accept: application/json the verdict.',
    answers: { 200: 'text/html, or { tone, headline }', 409: 'it has no result yet' },
  },
  'GET /v1/report': {
    summary: 'What up to 16 jobs found, together: ?job=ID&job=ID.',
    answers: { 200: 'text/html, or { tone, headline }', 409: 'one has no result yet' },
  },
  'GET /v1/session': {
    summary: 'Whether your token is known. Needs none.',
    answers: { 200: '{ authorized, owner }' },
  },
  'GET /v1/openapi.json': { summary: 'This.', answers: { 200: 'OpenAPI 3.1' } },
  'GET /healthz': { summary: 'The process answers. Needs no token.', answers: { 200: '' } },
  'GET /readyz': {
    summary: 'Redis and the storage answer. Needs no token.',
    answers: { 200: '{ status, checks }', 503: '{ status, checks }' },
  },
  'GET /metrics': { summary: 'For Prometheus.', answers: { 200: 'text/plain' } },
}

/** Throws for a route that is not described here, so that none is forgotten. */
export function openapiRoute(app: FastifyInstance): void {
  app.addHook('onRoute', checkDescribed)
  app.get('/v1/openapi.json', { config: { open: true } }, () => document())
}

function checkDescribed({ method, url, config }: RouteOptions): void {
  if (config?.page === true) return
  for (const one of [method].flat()) {
    const known = one === 'HEAD' || Object.hasOwn(OPERATIONS, `${one} ${url}`)
    if (!known) throw new Error(`${one} ${url} is not described in OPERATIONS`)
  }
}

async function document(): Promise<object> {
  const { z } = await import('zod')
  const job = z.toJSONSchema(await jobSchema(), { io: 'input' })
  const paths: Record<string, Record<string, object>> = {}
  for (const [route, operation] of Object.entries(OPERATIONS)) {
    const [method = '', url = ''] = route.split(' ')
    const path = url.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [method.toLowerCase()]: described(route, url, operation, job) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Shellac', version },
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    security: [{ token: [] }],
    paths,
  }
}

function described(route: string, url: string, { summary, answers }: Operation, job: object): object {
  const parameters = [...url.matchAll(/:(\w+)/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' } },
  }))
  const responses = Object.fromEntries(
    Object.entries(answers).map(([status, description]) => [status, { description }]),
  )
  return { summary, parameters: [...parameters, ...queryOf(route)], responses, ...bodyOf(route, job) }
}

const QUERIES: Record<string, string> = {
  'POST /v1/files': 'name',
  'GET /v1/jobs': 'after',
  'GET /v1/report': 'job',
}

function queryOf(route: string): object[] {
  const name = QUERIES[route]
  return name === undefined ? [] : [{ name, in: 'query', schema: { type: 'string' } }]
}

function bodyOf(route: string, job: object): object {
  if (route === 'POST /v1/files') {
    return { requestBody: { required: true, content: { 'application/octet-stream': {} } } }
  }
  return route === 'POST /v1/jobs'
    ? { requestBody: { required: true, content: { 'application/json': { schema: job } } } }
    : {}
}
