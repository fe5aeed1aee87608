// A request's body, counted while it passes: too much or too slow ends it with a refusal, not with a broken connection.
import type { IncomingMessage } from 'node:http'
import { Transform, type TransformCallback } from 'node:stream'
import { Refusal } from './refusal.js'

export interface BodyLimits {
  /** Least and most bytes. */
  least: number
  most: number
  /** Milliseconds over which the rate is taken. */
  patience: number
  /** Bytes a second; 0: none. */
  rate: number
}

export class MeteredBody extends Transform {
  bytes = 0
  /** Why the body ended before its time. */
  refusal: Refusal | undefined
  #before = 0
  #received = false
  readonly #limits: BodyLimits
  readonly #clock: NodeJS.Timeout | undefined

  constructor(request: IncomingMessage, limits: BodyLimits) {
    super()
    this.#limits = limits
    if (limits.rate > 0) this.#clock = setInterval(() => this.#checkSoon(), limits.patience)
    this.on('error', () => {}) // whoever reads it hears of it too; where nobody does, it is no crash
    this.#follow(request)
    request.pipe(this)
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += piece.length
    if (this.bytes <= this.#limits.most) done(null, piece)
    else this.#refuse(tooLarge(this.#limits.most))
  }

  override _flush(done: TransformCallback): void {
    if (this.bytes >= this.#limits.least) done()
    else this.#refuse(new Refusal('ERR_BAD_REQUEST', 'the body is empty'))
  }

  #follow(request: IncomingMessage): void {
    const dropped = () => {
      if (request.complete) return
      this.#refuse(new Refusal('ERR_BAD_REQUEST', 'the connection ended before the body did'))
    }
    request.once('end', () => {
      this.#received = true
      clearInterval(this.#clock)
    })
    request.once('close', dropped)
    request.once('error', dropped)
    this.once('close', () => {
      clearInterval(this.#clock)
      request.off('close', dropped)
      request.unpipe(this)
      request.resume() // what still comes is thrown away, so that the client reads the answer
    })
  }

  /** What came in while this process was busy is read first, and counts. */
  #checkSoon(): void {
    setImmediate(() => this.#checkRate())
  }

  #checkRate(): void {
    if (this.destroyed || this.#received) return
    const storageIsSlow = this.writableNeedDrain
    const { rate, patience } = this.#limits
    if (!storageIsSlow && this.bytes - this.#before < (rate * patience) / 1000)
      this.#refuse(slow(this.#limits))
    this.#before = this.bytes
  }

  #refuse(reason: Refusal): void {
    this.refusal ??= reason
    this.destroy(this.refusal)
  }
}

export const tooLarge = (limit: number): Refusal =>
  new Refusal('ERR_TOO_LARGE', `the body is larger than ${limit} bytes, which is the limit`)

const slow = ({ rate, patience }: BodyLimits): Refusal =>
  new Refusal(
    'ERR_TOO_SLOW',
    `less than ${Math.max(1, Math.round(rate))} bytes a second came in ${patience / 1000} seconds`,
  )
