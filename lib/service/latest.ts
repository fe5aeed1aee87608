// The latest of what a source gives. A reader that is too slow misses what was overtaken; nothing piles up.

export type Next<T> = { kind: 'value'; value: T } | { kind: 'quiet' } | { kind: 'end' }

export class Latest<T> {
  #value: { value: T } | undefined
  #ended = false
  #failure: unknown
  #wake: () => void = () => {}

  constructor(source: AsyncIterable<T>) {
    void this.#read(source)
  }

  /** "quiet" when nothing new came in so many milliseconds. Throws what the source threw. */
  async next(patience: number): Promise<Next<T>> {
    if (!this.#value && !this.#ended) await this.#news(patience)
    if (this.#value) {
      const { value } = this.#value
      this.#value = undefined
      return { kind: 'value', value }
    }
    if (this.#failure !== undefined) throw this.#failure
    return { kind: this.#ended ? 'end' : 'quiet' }
  }

  #news(patience: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, patience)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async #read(source: AsyncIterable<T>): Promise<void> {
    try {
      for await (const value of source) {
        this.#value = { value }
        this.#wake()
      }
    } catch (error) {
      this.#failure = error
    }
    this.#ended = true
    this.#wake()
  }
}
