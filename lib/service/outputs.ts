// GET /v1/jobs/:id/outputs/:name: a file that a job made.
import type { FastifyInstance } from 'fastify'
import { ownJob } from './owned.js'
import { notFound } from './refusal.js'
import { unlessRemoved } from './removed.js'
import type { Service } from './service.js'

interface Params {
  id: string
  name: string
}

export function outputRoutes(app: FastifyInstance, service: Service): void {
  app.get<{ Params: Params }>('/v1/jobs/:id/outputs/:name', async (request, reply) => {
    const { id, name } = request.params
    const { outputs } = await ownJob(service, request.owner, id)
    const hash = Object.hasOwn(outputs, name) ? outputs[name] : undefined
    if (hash === undefined) throw notFound('output')
    const content = await unlessRemoved(service.storage.open(hash))
    return reply
      .headers({
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        etag: `"${hash}"`,
      })
      .send(content)
  })
}
