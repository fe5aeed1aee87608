// What a client is told when something is refused or fails, and when nobody listens any more.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ShellacError } from '../errors.js'
import type { ServiceLimits } from './options.js'
import { codeOf, notFound, Refusal } from './refusal.js'

/** Milliseconds that a client has to stop sending once it has been answered. */
const LINGER = 3000

export function answerErrors(app: FastifyInstance, limits: ServiceLimits): void {
  app.setNotFoundHandler(() => {
    throw notFound('route')
  })
  app.setErrorHandler((error: FastifyError | Error, request, reply) => {
    const { status, code, message } = toldOf(error)
    if (status >= 500) request.log.error({ err: error }, 'failed')
    else request.log.info({ code }, message)
    if (status === 429) reply.header('retry-after', '5')
    if (reply.raw.headersSent) return reply.raw.destroy()
    return reply.status(status).send({ error: { code, message } })
  })
  app.addHook('onResponse', async (request, reply) =>
    dropTalkers(request, reply, Math.min(LINGER, limits.patience)),
  )
}

/** A client that goes on sending after its answer is cut off. */
function dropTalkers({ raw }: FastifyRequest, _reply: FastifyReply, linger: number): void {
  if (raw.complete) return
  const timer = setTimeout(() => raw.socket.destroy(), linger)
  raw.once('end', () => clearTimeout(timer))
  raw.once('close', () => clearTimeout(timer))
}

function toldOf(error: FastifyError | Error): { status: number; code: string; message: string } {
  if (error instanceof Refusal) return { status: error.statusCode, code: error.code, message: error.message }
  if (error instanceof ShellacError && error.code === 'ERR_BAD_OPTION') {
    return { status: 400, code: error.code, message: error.message }
  }
  const status = (error as FastifyError).statusCode ?? 500
  if (status < 500) return { status, code: codeOf(status), message: error.message }
  if (status === 503) return { status, code: 'ERR_UNAVAILABLE', message: 'the service is being stopped' }
  return { status: 500, code: 'ERR_INTERNAL', message: 'the service failed; its log says why' }
}
