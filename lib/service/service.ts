// The HTTP server over a queue, a storage and a ledger. Arrows point from here to the routes, never back.
import type { FastifyInstance } from 'fastify'
import type { JobQueue, Storage } from '../queue/contract.js'
import { guard, sessionRoute } from './access.js'
import { answerErrors } from './errors.js'
import { eventRoutes } from './events.js'
import { fileRoutes } from './files.js'
import { healthRoutes } from './health.js'
import { jobRoutes } from './jobs.js'
import type { Ledger } from './ledger.js'
import { type Metrics, metricsOf } from './metrics.js'
import { openapiRoute } from './openapi.js'
import type { ServiceLimits } from './options.js'
import { outputRoutes } from './outputs.js'
import { loadFastify } from './packages.js'
import { pageRoutes } from './page.js'
import { reportRoutes } from './reports.js'
import type { Tokens } from './tokens.js'

export interface ServiceParts {
  queue: JobQueue
  storage: Storage
  ledger: Ledger
  /** Without them everybody who reaches the service is one owner, and only this machine reaches it. */
  tokens: Tokens | undefined
  limits: ServiceLimits
  log: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

/** What the routes are made of. */
export interface Service extends ServiceParts {
  metrics: Metrics
  /** Aborted when the service is being stopped. */
  stopping: AbortSignal
}

/** Not listening yet. @throws ERR_BAD_OPTION where fastify or prom-client is missing */
export async function createService(parts: ServiceParts, stopping: AbortSignal): Promise<FastifyInstance> {
  const { fastify } = await loadFastify()
  const { limits, log } = parts
  const app = fastify({
    logger: { level: log, stream: process.stderr },
    bodyLimit: limits.jsonBytes,
    forceCloseConnections: 'idle',
    keepAliveTimeout: 65_000, // longer than that of a proxy in front, else a request may meet a closed door
    requestTimeout: limits.uploadRate > 0 ? slowestUpload(limits) : 0,
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.patience,
      connectionsCheckingInterval: Math.min(5000, limits.patience),
    },
  })
  const service: Service = { ...parts, metrics: await metricsOf(parts.queue), stopping }
  answerErrors(app, limits)
  hardenAnswers(app)
  guard(app, parts.tokens)
  service.metrics.observe(app)
  openapiRoute(app)
  sessionRoute(app, parts.tokens)
  for (const routes of [fileRoutes, jobRoutes, eventRoutes, outputRoutes, reportRoutes, healthRoutes]) {
    await app.register(async scope => routes(scope, service))
  }
  await app.register(async scope => pageRoutes(scope))
  return app
}

const slowestUpload = ({ uploadBytes, uploadRate, patience }: ServiceLimits): number =>
  Math.ceil((1000 * uploadBytes) / uploadRate) + patience

function hardenAnswers(app: FastifyInstance): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
    })
  })
}
