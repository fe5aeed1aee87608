import { Cursor } from './cursor.js'
import { dtypeOfStorage, globalOf, make, type Refuse } from './globals.js'
import { isCount } from './tensor-view.js'
import { Dict, Global, List, Storage, Tuple, type Value } from './values.js'

/** Bytes of the record that holds that storage; undefined where there is none. */
export type StorageBytes = (key: string) => number | undefined

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

  /** ('storage', class, key, device, numbers) */
  storage(): void {
    const id = this.pop()
    const [tag, type, key, , count] = id instanceof Tuple && id.items.length === 5 ? id.items : []
    const dtype = type instanceof Global ? dtypeOfStorage(type.name) : undefined
    if (tag !== 'storage' || !dtype || typeof key !== 'string' || !isCount(count)) {
      throw this.refuse('a storage of another form')
    }
    const storage = new Storage(key, dtype, count)
    const found = this.#storageBytes(key)
    if (found === undefined || storage.bytes > found) {
      const record = found === undefined ? 'no record' : `a record of ${found} bytes`
      throw this.refuse(`a storage of ${count} numbers (${dtype}) in ${record}`)
    }
    this.push(storage)
  }

  /** What is left at the end. */
  result(): Value {
    if (this.#stack.length !== 1 || this.#marks.length > 0)
      throw this.refuse('a stack that does not come out even')
    return this.pop()
  }
}
