// Who asks, and whether a browser was led here by a foreign page.
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ShellacError } from '../errors.js'
import { Refusal } from './refusal.js'
import type { Tokens } from './tokens.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose request it is; empty on routes that are open to everybody. */
    owner: string
  }
  interface FastifyContextConfig {
    /** Needs no token. */
    open?: boolean
  }
}

/** Who asks where there are no tokens. */
export const LOCAL_OWNER = 'local'

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i

/** Without tokens whoever reaches the port may use it: then it is for this machine alone. */
export function checkHost(host: string, tokens: Tokens | undefined): void {
  if (tokens || LOOPBACK.test(host)) return
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: 'option "host" of serve()',
    found: `${host}, and no token`,
    expected: '127.0.0.1, ::1 or localhost where there is no token',
    remedy: 'give tokens: --tokens FILE, or SHELLAC_TOKENS=owner:token',
  })
}

export function guard(app: FastifyInstance, tokens: Tokens | undefined): void {
  app.decorateRequest('owner', '')
  app.addHook('onRequest', async (request, reply) => {
    const open = request.routeOptions.config?.open === true
    if (!tokens) checkBrowser(request.headers, open)
    if (open) return
    const owner = tokens ? tokens.ownerOf(bearerOf(request)) : LOCAL_OWNER
    if (owner === undefined) {
      reply.header('www-authenticate', 'Bearer')
      throw new Refusal('ERR_UNAUTHORIZED', 'a token is needed: Authorization: Bearer TOKEN')
    }
    request.owner = owner
  })
}

/** GET /v1/session: whether the token that came with it is known, without an error where it is not. */
export function sessionRoute(app: FastifyInstance, tokens: Tokens | undefined): void {
  app.get('/v1/session', { config: { open: true } }, async request => {
    const owner = tokens ? tokens.ownerOf(bearerOf(request)) : LOCAL_OWNER
    return { authorized: owner !== undefined, owner }
  })
}

const bearerOf = ({ headers }: FastifyRequest): string =>
  headers.authorization?.match(/^Bearer ([^ ]{1,512})$/i)?.[1] ?? ''

/**
 * A foreign page can make a browser on this machine ask; it cannot make it lie about Host, Origin and Sec-Fetch-Site. A
 * name that was rebound to 127.0.0.1 shows in Host.
 */
function checkBrowser(headers: IncomingHttpHeaders, open: boolean): void {
  const { host = '', origin } = headers
  const site = headers['sec-fetch-site']
  if (!LOOPBACK.test(host.replace(/:\d{1,5}$/, ''))) {
    throw new Refusal('ERR_FORBIDDEN', 'without tokens the service answers to localhost, 127.0.0.1 and [::1]')
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new Refusal('ERR_FORBIDDEN', 'without tokens the service answers to its own page alone')
  }
  if (!open && site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new Refusal('ERR_FORBIDDEN', 'without tokens the service answers to its own page alone')
  }
}
