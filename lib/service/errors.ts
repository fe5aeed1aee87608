// What a client is told when something is refused or fails, and when nobody listens any more.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ShellacError } from '../errors.js'
import type { ServiceLimits } from './options.js'
import { codeOf, notFound, Refusal } from './refusal.js'

/** Milliseconds that a client has to stop sending once it has been answered. */
const LINGER = 10_000

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

interface Told {
  status: number
  code: string
  message: string
}

function toldOf(error: FastifyError | Error): Told {
  if (error instanceof Refusal) return { status: error.statusCode, code: error.code, message: error.message }
  if (error instanceof ShellacError) return toldOfShellac(error)
  const status = (error as FastifyError).statusCode ?? 500
  if (status < 500) return { status, code: codeOf(status), message: error.message }
  return status === 503 ? told(503, 'the service is being stopped') : told(500, FAILED)
}

/** What is said of an option is for the client; of all else, such as paths, only the log tells. */
function toldOfShellac({ code, message }: ShellacError): Told {
  if (code === 'ERR_BAD_OPTION') return { status: 400, code, message }
  return code === 'ERR_QUEUE' ? told(503, 'Redis or the storage cannot be reached now') : told(500, FAILED)
}

const FAILED = 'the service failed; its log says why'
const told = (status: number, message: string): Told => ({ status, code: codeOf(status), message })
