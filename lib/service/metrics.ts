// What Prometheus scrapes.
import type { FastifyInstance } from 'fastify'
import type { JobQueue } from '../queue/contract.js'
import { loadPromClient } from './packages.js'
import type { Slots } from './slots.js'

export interface Metrics {
  /** Times every request of the app, by route. */
  observe(app: FastifyInstance): void
  /** Shows how many of the slots are taken. */
  watch(name: 'uploads' | 'streams', slots: Slots): void
  /** Bytes of an upload that was kept. */
  received(bytes: number): void
  text(): Promise<string>
  readonly contentType: string
}

const SECONDS = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300]

export async function metricsOf(queue: JobQueue): Promise<Metrics> {
  const prom = await loadPromClient()
  const register = new prom.Registry()
  const registers = [register]
  prom.collectDefaultMetrics({ register })
  const duration = new prom.Histogram({
    name: 'shellac_http_request_duration_seconds',
    help: 'Time from the headers of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    ...{ buckets: SECONDS, registers },
  })
  const uploaded = new prom.Counter({
    name: 'shellac_uploaded_bytes_total',
    help: 'Bytes of files that were kept.',
    registers,
  })
  new prom.Gauge({
    name: 'shellac_jobs',
    help: 'Jobs in the queue, of all owners.',
    labelNames: ['state'],
    registers,
    async collect() {
      for (const [state, count] of Object.entries(await queue.counts())) this.set({ state }, count)
    },
  })
  return {
    observe: app => {
      app.addHook('onResponse', async (request, reply) => {
        const { method, routeOptions } = request
        // Never the address itself: clients would make a time series each.
        const route = routeOptions.url ?? 'none'
        duration.observe({ method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
      })
    },
    watch: (name, slots) => {
      new prom.Gauge({
        name: `shellac_${name}`,
        help: `${name === 'uploads' ? 'Uploads' : 'Streams of progress'} that are open.`,
        registers,
        collect() {
          this.set(slots.taken)
        },
      })
    },
    received: bytes => uploaded.inc(bytes),
    text: () => register.metrics(),
    contentType: register.contentType,
  }
}
