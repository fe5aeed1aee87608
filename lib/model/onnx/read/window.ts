import type { FileHandle } from 'node:fs/promises'
import { badFile } from './refuse.js'

const WINDOW = 1 << 16

/** Reads a file in pieces, wherever asked, without ever holding more than a piece that was not asked for. */
export class Window {
  #bytes: Buffer = Buffer.alloc(0)
  #start = 0

  constructor(
    readonly name: string,
    private readonly file: FileHandle,
    readonly size: number,
  ) {}

  /** `length` bytes from `position` on, in memory of their own. */
  async bytes(position: number, length: number): Promise<Buffer> {
    if (position < 0 || length < 0 || position + length > this.size) {
      throw badFile(
        this.name,
        `${length} bytes from ${position} on in a file of ${this.size}`,
        'a whole file',
      )
    }
    const bytes = Buffer.allocUnsafeSlow(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await this.file.read(bytes, filled, length - filled, position + filled)
      if (bytesRead === 0)
        throw badFile(this.name, 'a file that became shorter while it was read', 'a whole file')
      filled += bytesRead
    }
    return bytes
  }

  /** A number of protobuf's, and the position behind it. */
  async varint(position: number, end: number): Promise<{ value: number; next: number }> {
    if (position < this.#start || position + 10 > this.#start + this.#bytes.length) {
      this.#bytes = await this.bytes(position, Math.min(WINDOW, this.size - position))
      this.#start = position
    }
    let value = 0
    for (let at = 0; at < 10 && position + at < end; at++) {
      const byte = this.#bytes[position + at - this.#start] ?? 0
      value += (byte & 0x7f) * 2 ** (7 * at)
      if (byte < 0x80) return { value, next: position + at + 1 }
    }
    throw badFile(this.name, `no number at byte ${position}`, 'a protobuf message')
  }
}
