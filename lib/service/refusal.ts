// Answers other than success, on purpose.

export type RefusalCode =
  | 'ERR_BAD_REQUEST'
  | 'ERR_UNAUTHORIZED'
  | 'ERR_FORBIDDEN'
  | 'ERR_NOT_FOUND'
  | 'ERR_CONFLICT'
  | 'ERR_TOO_LARGE'
  | 'ERR_TOO_SLOW'
  | 'ERR_TOO_MANY'
  | 'ERR_UNSUPPORTED_TYPE'
  | 'ERR_UNAVAILABLE'
  | 'ERR_INTERNAL'

const STATUS: Record<RefusalCode, number> = {
  ERR_BAD_REQUEST: 400,
  ERR_UNAUTHORIZED: 401,
  ERR_FORBIDDEN: 403,
  ERR_NOT_FOUND: 404,
  ERR_CONFLICT: 409,
  ERR_TOO_LARGE: 413,
  ERR_TOO_SLOW: 408,
  ERR_TOO_MANY: 429,
  ERR_UNSUPPORTED_TYPE: 415,
  ERR_UNAVAILABLE: 503,
  ERR_INTERNAL: 500,
}

export class Refusal extends Error {
  readonly statusCode: number

  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message)
    this.statusCode = STATUS[code]
  }
}

/** Also for what belongs to somebody else: that it exists is nobody's business. */
export const notFound = (thing: string): Refusal => new Refusal('ERR_NOT_FOUND', `there is no such ${thing}`)

const BY_STATUS = new Map(
  Object.entries(STATUS).map(([code, status]) => [status, code as RefusalCode] as const),
)

/** The code that goes with a status that fastify chose. */
export const codeOf = (status: number): RefusalCode =>
  BY_STATUS.get(status) ?? (status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_INTERNAL')
