// GET /healthz, /readyz and /metrics: for those who run the service.
import type { FastifyInstance } from 'fastify'
import type { Service } from './service.js'

/** Milliseconds in which Redis and the storage must answer. */
const PROMPT = 2000
const NOTHING = '0'.repeat(64)

export function healthRoutes(
  app: FastifyInstance,
  { queue, storage, ledger, metrics, stopping }: Service,
): void {
  app.get('/healthz', { config: { open: true }, logLevel: 'warn' }, async () => ({ status: 'ok' }))

  app.get('/readyz', { config: { open: true }, logLevel: 'warn' }, async (_request, reply) => {
    const [ledgerUp, queueUp, storageUp] = await Promise.all([
      answers(() => ledger.ping()),
      answers(() => queue.counts()),
      answers(() => storage.has(NOTHING)),
    ])
    const checks = { redis: ledgerUp && queueUp, storage: storageUp, running: !stopping.aborted }
    const ready = Object.values(checks).every(Boolean)
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', checks })
  })

  app.get('/metrics', { logLevel: 'warn' }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  )
}

async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), PROMPT)
  })
  const inTime = ask().then(
    () => true,
    () => false,
  )
  try {
    return await Promise.race([inTime, late])
  } finally {
    clearTimeout(timer)
  }
}
