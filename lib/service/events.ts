// GET /v1/jobs/:id/events: a job's progress as server-sent events, until it ends.
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { JobStatus } from '../queue/contract.js'
import { Latest } from './latest.js'
import { ownJob, shown } from './owned.js'
import type { Service } from './service.js'
import { Slots } from './slots.js'

export function eventRoutes(app: FastifyInstance, service: Service): void {
  const { queue, limits, metrics, stopping } = service
  const slots = new Slots('streams of progress', limits.streams, limits.streamsPerOwner)
  metrics.watch('streams', slots)
  app.get<{ Params: { id: string } }>('/v1/jobs/:id/events', async (request, reply) => {
    const { id } = await ownJob(service, request.owner, request.params.id)
    const release = slots.take(request.owner)
    const left = new AbortController()
    reply.raw.once('close', () => {
      left.abort()
      release()
    })
    // A client that reads nothing for three comments' time is not there any more.
    request.raw.socket.setTimeout(3 * limits.keepAlive)
    const changes = queue.watch(id, AbortSignal.any([left.signal, stopping]))
    return reply
      .headers({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
      .send(Readable.from(frames(changes, limits.keepAlive), { objectMode: false, highWaterMark: 1 }))
  })
}

export async function* frames(
  changes: AsyncIterable<JobStatus>,
  keepAlive: number,
): AsyncGenerator<string, void> {
  const latest = new Latest(changes)
  for (;;) {
    const next = await latest.next(keepAlive)
    if (next.kind === 'end') break
    yield next.kind === 'quiet' ? ': still here\n\n' : frame('status', shown(next.value))
  }
  yield frame('end', {})
}

const frame = (event: string, data: object): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
