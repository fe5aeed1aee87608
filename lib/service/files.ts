// POST /v1/files: a file's bytes, kept under their hash.
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { extensionOf } from './extensions.js'
import { MeteredBody, tooLarge } from './metered-body.js'
import { Refusal } from './refusal.js'
import type { Service } from './service.js'
import { Slots } from './slots.js'

export function fileRoutes(app: FastifyInstance, service: Service): void {
  const { limits, metrics } = service
  const slots = new Slots('uploads', limits.uploads, limits.uploadsPerOwner)
  metrics.watch('uploads', slots)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/octet-stream', (_request, _payload, done) => done(null))
  app.post<{ Querystring: { name?: unknown } }>('/v1/files', async (request, reply) => {
    if (request.headers['content-type'] === undefined) throw unsupported()
    const extension = extensionOf(request.query.name)
    const announced = Number(request.headers['content-length'] ?? 0)
    if (announced > limits.uploadBytes) throw tooLarge(limits.uploadBytes)
    const release = slots.take(request.owner)
    try {
      const { hash, bytes } = await receive(request.raw, service)
      await service.ledger.addFile(request.owner, hash)
      metrics.received(bytes)
      return reply.status(201).send({ hash, extension, bytes })
    } finally {
      release()
    }
  })
}

const unsupported = (): Refusal =>
  new Refusal('ERR_UNSUPPORTED_TYPE', 'a file is sent as it is: content-type: application/octet-stream')

async function receive(request: IncomingMessage, { storage, limits }: Service) {
  const body = new MeteredBody(request, {
    least: 1,
    most: limits.uploadBytes,
    rate: limits.uploadRate,
    patience: limits.patience,
  })
  try {
    return { hash: await storage.put(body), bytes: body.bytes }
  } catch (error) {
    throw body.refusal ?? error
  } finally {
    body.destroy()
  }
}
