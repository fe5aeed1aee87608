// Errors of jobs: as text in Redis, and whether another attempt may do better.
import { type ErrorCode, isErrorCode, ShellacError } from '../errors.js'

export interface JobError {
  code: string
  message: string
}

/** Too long, or too large: it would be so again. */
export class LimitExceeded extends ShellacError {}

/** Of the machine, the network or the moment, not of the job. */
const MENDABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_QUEUE',
  'ERR_OUT_OF_MEMORY',
  'ERR_NO_LIBTORCH',
  'ERR_DEVICE',
  'ERR_INTERNAL',
])

export const mayMend = (error: ShellacError): boolean =>
  !(error instanceof LimitExceeded) && MENDABLE.has(error.code)

/** "ERR_BAD_MODEL: model.pt: ..." */
export const failureText = ({ code, message }: ShellacError): string => `${code}: ${message}`

/** BullMQ's own reasons have no code: the job's worker was lost too often. */
export function failureOf(text: string): JobError {
  const [, code, message = ''] = /^(ERR_[A-Z_]+): (.*)$/s.exec(text) ?? []
  if (isErrorCode(code)) return { code, message }
  return { code: 'ERR_QUEUE', message: `the job: ${text}` }
}
