const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads a pickle's bytes in order. Every length is checked against what is left before anything is taken. */
export class Cursor {
  readonly #view: DataView
  readonly #bytes: Uint8Array
  readonly #refuse: (found: string) => Error
  at = 0

  constructor(bytes: Uint8Array, refuse: (found: string) => Error) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#refuse = refuse
  }

  u8 = (): number => this.#view.getUint8(this.#pass(1))
  u16 = (): number => this.#view.getUint16(this.#pass(2), true)
  u32 = (): number => this.#view.getUint32(this.#pass(4), true)
  i32 = (): number => this.#view.getInt32(this.#pass(4), true)
  f64 = (): number => this.#view.getFloat64(this.#pass(8))

  u64(): number {
    const value = Number(this.#view.getBigUint64(this.#pass(8), true))
    if (!Number.isSafeInteger(value)) throw this.#refuse(`a length of ${value}`)
    return value
  }

  /** Two's complement, little endian, of so many bytes. */
  integer(length: number): number | bigint {
    const bytes = this.take(length)
    const digits = [...bytes].reverse().map(byte => byte.toString(16).padStart(2, '0'))
    const value = BigInt.asIntN(8 * length, BigInt(`0x${digits.join('') || '0'}`))
    return Number.isSafeInteger(Number(value)) ? Number(value) : value
  }

  text(length: number): string {
    const bytes = this.take(length)
    try {
      return UTF_8.decode(bytes)
    } catch {
      throw this.#refuse('a text that is no UTF-8')
    }
  }

  /** Up to the next line feed, which is passed over. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.at)
    if (end < 0) throw this.#refuse('a line without an end')
    const text = this.text(end - this.at)
    this.at = end + 1
    return text
  }

  take(length: number): Uint8Array {
    const start = this.#pass(length)
    return this.#bytes.subarray(start, start + length)
  }

  #pass(length: number): number {
    if (length > this.#bytes.length - this.at) throw this.#refuse('an end in the middle of an instruction')
    const start = this.at
    this.at += length
    return start
  }
}
