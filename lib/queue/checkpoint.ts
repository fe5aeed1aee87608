// The checkpoint of a running job: from the storage to this machine, and back whenever it has changed.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { ContentHash, Storage } from './contract.js'
import type { Marks } from './marks.js'

export class Checkpoint {
  readonly path: string
  readonly #id: string
  readonly #storage: Storage
  readonly #marks: Marks
  #kept: ContentHash | null = null
  #seen = ''
  #dropped = false
  #saving: Promise<void> = Promise.resolve()

  constructor(path: string, id: string, storage: Storage, marks: Marks) {
    this.path = path
    this.#id = id
    this.#storage = storage
    this.#marks = marks
  }

  /** Fetches what an earlier attempt left; without it the job begins anew. */
  async restore(): Promise<void> {
    this.#kept = await this.#marks.checkpoint(this.#id)
    if (this.#kept === null) return
    await this.#storage.fetch(this.#kept, this.path).catch(() => {})
    this.#seen = await this.#version()
  }

  /** Keeps the file where it has changed. One that fails is tried again the next time. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#save()).catch(() => {})
    return this.#saving
  }

  /** The job has ended: nobody goes on from here. */
  async drop(): Promise<void> {
    this.#dropped = true
    await this.#saving
    await this.#marks.dropCheckpoint(this.#id)
    if (this.#kept !== null) await this.#storage.remove?.(this.#kept)
  }

  async #save(): Promise<void> {
    const now = await this.#version()
    if (this.#dropped || now === '' || now === this.#seen) return
    const before = this.#kept
    const hash = await this.#storage.put(createReadStream(this.path))
    await this.#marks.setCheckpoint(this.#id, hash)
    this.#kept = hash
    this.#seen = now
    if (before !== null && before !== hash) await this.#storage.remove?.(before)
  }

  /** Changes with the file, which is renamed into place whole; empty where there is none. */
  async #version(): Promise<string> {
    const found = await stat(this.path).catch(() => null)
    return found ? `${found.ino} ${found.mtimeMs} ${found.size}` : ''
  }
}
