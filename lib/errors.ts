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
  const exhausted = outOfMemory(error)
  if (exhausted) return exhausted
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

// V8's and Node's words; libraries that fail for the same reason quote them, or use the last ones.
const NO_MEMORY =
  /Array buffer allocation failed|Invalid (typed array|array buffer|string) length|out of memory/i

/** ERR_OUT_OF_MEMORY for an error that says that JavaScript, or a library, could not allocate; null for others. */
export function outOfMemory(error: unknown): ShellacError | null {
  if (!(error instanceof Error) || 'code' in error) return null
  const [cause = ''] = error.message.split('\n') // what a library says below is what came of it, or a guess
  if (!NO_MEMORY.test(cause)) return null
  return new ShellacError(
    'ERR_OUT_OF_MEMORY',
    {
      thing: 'memory',
      found: error.message,
      expected: 'enough for the job',
      remedy: 'use a smaller batch, fewer images or columns, or a machine with more memory',
    },
    { cause: error },
  )
}

/** What `make` allocates. Throws ERR_OUT_OF_MEMORY where it cannot. */
export function allocated<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw outOfMemory(error) ?? error
  }
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
  } catch (thrown) {
    const error = outOfMemory(thrown) ?? thrown
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
