// SHA-256 of much data without keeping the event loop waiting.
import { createHash } from 'node:crypto'
import { type Pace, paceOf } from '../pace.js'

const CHUNK = 1 << 20

export class Digest {
  readonly #hash = createHash('sha256')
  readonly #pace: Pace

  constructor(signal?: AbortSignal | undefined) {
    this.#pace = paceOf(signal)
  }

  text(text: string): void {
    this.#hash.update(`${text.length}:${text};`)
  }

  async bytes(bytes: Uint8Array): Promise<void> {
    this.#hash.update(`${bytes.byteLength}!`)
    for (let at = 0; at < bytes.byteLength; at += CHUNK) {
      this.#hash.update(bytes.subarray(at, at + CHUNK))
      await this.#pace()
    }
  }

  hex(): string {
    return this.#hash.digest('hex')
  }
}
