// A request's body, counted while it passes: too much or too slow ends it with a refusal, not with a broken connection.
import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'
import { Refusal } from './refusal.js'

export interface BodyLimits {
  bytes: number
  /** Milliseconds over which the rate is taken. */
  patience: number
  /** Bytes a second; 0: none. */
  rate: number
}

export interface MeteredBody {
  stream: Transform
  readonly bytes: number
  /** Why the body ended before its time. */
  readonly refusal: Refusal | undefined
}

export function meteredBody(request: IncomingMessage, limits: BodyLimits): MeteredBody {
  let [bytes, before] = [0, 0]
  let refusal: Refusal | undefined
  const refuse = (reason: Refusal) => {
    refusal ??= reason
    stream.destroy(refusal)
  }
  const stream = new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytes += piece.length
      if (bytes <= limits.bytes) return done(null, piece)
      refuse(tooLarge(limits.bytes))
    },
  })
  const tooSlow = () => {
    const full = stream.writableNeedDrain // then it is the storage that is slow
    if (!full && bytes - before < (limits.rate * limits.patience) / 1000) refuse(slow(limits))
    before = bytes
  }
  const timer = limits.rate > 0 ? setInterval(tooSlow, limits.patience) : undefined
  const dropped = () => {
    if (!request.complete) refuse(new Refusal('ERR_BAD_REQUEST', 'the connection ended before the body did'))
  }
  stream.on('error', () => {}) // whoever reads it hears of it too; where nobody does, it is no crash
  request.once('end', () => clearInterval(timer))
  request.once('close', dropped)
  request.once('error', dropped)
  stream.once('close', () => {
    clearInterval(timer)
    request.off('close', dropped)
    request.unpipe(stream)
    request.resume() // what still comes is thrown away, so that the client reads the answer
  })
  request.pipe(stream)
  return {
    stream,
    get bytes() {
      return bytes
    },
    get refusal() {
      return refusal
    },
  }
}

export const tooLarge = (limit: number): Refusal =>
  new Refusal('ERR_TOO_LARGE', `the body is larger than ${limit} bytes, which is the limit`)

const slow = ({ rate, patience }: BodyLimits): Refusal =>
  new Refusal(
    'ERR_TOO_SLOW',
    `less than ${Math.max(1, Math.round(rate))} bytes a second came in ${patience / 1000} seconds`,
  )
