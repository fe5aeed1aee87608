import { Cursor } from './cursor.js'
import { globalOf, make, type Refuse } from './globals.js'
import { type StorageBytes, storageOf } from './storage.js'
import { Dict, List, Tuple, type Value } from './values.js'

/** A pickle's stack, marks and memo, on values that are only data. Nothing here recurses into a value. */
export class Machine {
  readonly cursor: Cursor
  readonly refuse: Refuse
  readonly #storageBytes: StorageBytes
  readonly #stack: Value[] = []
  readonly #marks: number[] = []
  readonly #memo = new Map<number, Value>()

  constructor(bytes: Uint8Array, storageBytes: StorageBytes, refuse: (at: number, found: string) => Error) {
    this.refuse = found => refuse(this.cursor.at, found)
    this.cursor = new Cursor(bytes, this.refuse)
    this.#storageBytes = storageBytes
  }

  push(value: Value): void {
    this.#stack.push(value)
  }

  pop(): Value {
    const value = this.#stack.length > (this.#marks.at(-1) ?? 0) ? this.#stack.pop() : undefined
    if (value === undefined) throw this.refuse('an instruction that finds nothing on the stack')
    return value
  }

  top(): Value {
    const value = this.pop()
    this.push(value)
    return value
  }

  mark(): void {
    this.#marks.push(this.#stack.length)
  }

  popToMark(): Value[] {
    const mark = this.#marks.pop()
    if (mark === undefined) throw this.refuse('an instruction that finds no mark')
    return this.#stack.splice(mark)
  }

  tuple(size: number): void {
    const items = Array.from({ length: size }, () => this.pop())
    this.push(new Tuple(items.reverse()))
  }

  append(items: readonly Value[]): void {
    const list = this.top()
    if (!(list instanceof List)) throw this.refuse('an item for something that is no list')
    for (const item of items) list.items.push(item)
  }

  setItems(items: readonly Value[]): void {
    const dict = this.top()
    if (!(dict instanceof Dict) || items.length % 2 !== 0) {
      throw this.refuse('an item for something that is no dictionary')
    }
    for (let at = 0; at < items.length; at += 2) dict.entries.set(items[at] as Value, items[at + 1] as Value)
  }

  remember(key: number): void {
    this.#memo.set(key, this.top())
  }

  /** The next free key of the memo, as protocol 4 counts them. */
  memoize(): void {
    this.remember(this.#memo.size)
  }

  recall(key: number): void {
    const value = this.#memo.get(key)
    if (value === undefined) throw this.refuse(`memo ${key}, which nothing was put into`)
    this.push(value)
  }

  global(module: string, name: string): void {
    this.push(globalOf(module, name, this.refuse))
  }

  reduce(): void {
    const args = this.pop()
    this.push(make(this.pop(), args, this.refuse))
  }

  /** An OrderedDict's attributes (a state dict has versions in "_metadata"): looked at, and left out. */
  build(): void {
    const state = this.pop()
    if (!(this.top() instanceof Dict && state instanceof Dict)) {
      throw this.refuse('a state for something that has none')
    }
  }

  storage(): void {
    this.push(storageOf(this.pop(), this.#storageBytes, this.refuse))
  }

  /** What is left at the end. */
  result(): Value {
    if (this.#stack.length !== 1 || this.#marks.length > 0)
      throw this.refuse('a stack that does not come out even')
    return this.pop()
  }
}
