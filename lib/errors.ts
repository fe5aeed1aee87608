/** What a ShellacError's `code` can be. Codes are stable; messages are not. */
export type ErrorCode =
  | 'ERR_BAD_OPTION'
  | 'ERR_BAD_MODEL'
  | 'ERR_UNSUPPORTED_OP'
  | 'ERR_BAD_DATA'
  | 'ERR_ABORTED'
  | 'ERR_OUT_OF_MEMORY'
  | 'ERR_NO_LIBTORCH'
  | 'ERR_DEVICE'
  | 'ERR_TIMEOUT'
  | 'ERR_QUEUE'
  | 'ERR_INTERNAL'

/** The four parts of every refusal. */
export interface Complaint {
  /** What was looked at: an option, a file, a tensor. */
  thing: string
  found: string
  expected?: string
  /** What the user can do, as an order: "pass { size: 32 }". */
  remedy?: string
}

/** Every error that Shellac throws on purpose. Match on `code`; show `message`. */
export class ShellacError extends Error {
  override readonly name = 'ShellacError'
  readonly code: ErrorCode
  readonly complaint: Complaint

  constructor(code: ErrorCode, complaint: Complaint, options?: ErrorOptions) {
    super(sentence(complaint), options)
    this.code = code
    this.complaint = complaint
  }
}

/** "thing: found; expected this. Do that." */
function sentence({ thing, found, expected, remedy }: Complaint): string {
  const fact = `${thing}: ${found}${expected ? `; expected ${expected}` : ''}`
  return remedy ? `${fact}. ${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}` : fact
}

/** The native side's error, or anything else that came out of it, as a ShellacError. */
export function fromNative(error: unknown): ShellacError {
  if (error instanceof ShellacError) return error
  const { code, complaint, message } = error as { code?: string; complaint?: Complaint; message?: string }
  if (isErrorCode(code)) {
    return new ShellacError(code, complaint ?? { thing: 'shellac', found: message ?? code }, { cause: error })
  }
  return new ShellacError(
    'ERR_INTERNAL',
    {
      thing: 'shellac',
      found: message ?? String(error),
      remedy: 'please report this: it is a fault of Shellac',
    },
    { cause: error },
  )
}

const errorCodes: ReadonlySet<string> = new Set<ErrorCode>([
  'ERR_BAD_OPTION',
  'ERR_BAD_MODEL',
  'ERR_UNSUPPORTED_OP',
  'ERR_BAD_DATA',
  'ERR_ABORTED',
  'ERR_OUT_OF_MEMORY',
  'ERR_NO_LIBTORCH',
  'ERR_DEVICE',
  'ERR_TIMEOUT',
  'ERR_QUEUE',
  'ERR_INTERNAL',
])

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && errorCodes.has(code)
}

/**
 * Runs a verb's body. A ShellacError that comes out of it gets the stack of the verb's call, so that a user sees the
 * line that they wrote and not ours.
 */
export async function atCall<T>(verb: (...args: never[]) => unknown, body: () => Promise<T>): Promise<T> {
  const site: { stack?: string } = {}
  Error.captureStackTrace(site, verb)
  try {
    return await body()
  } catch (error) {
    if (error instanceof ShellacError) {
      const frames = site.stack?.split('\n').slice(1).join('\n') ?? ''
      Object.defineProperty(error, 'stack', {
        value: `${error.name} [${error.code}]: ${error.message}\n${frames}`,
        configurable: true,
        writable: true,
      })
    }
    throw error
  }
}
