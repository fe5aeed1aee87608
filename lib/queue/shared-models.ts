// Trained models of experiments: what one machine has trained, or begun to train, the others need not.
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Checkpoint } from './checkpoint.js'
import type { ContentHash, Storage } from './contract.js'
import type { ModelQuestion } from './kinds/work.js'
import type { Marks } from './marks.js'

const KEY = /^[0-9a-f]{24}$/

export class SharedModels {
  readonly #folder: string
  readonly #storage: Storage
  readonly #marks: Marks
  /** Of the models that are being made. */
  readonly #checkpoints = new Map<string, Checkpoint>()

  constructor(folder: string, storage: Storage, marks: Marks) {
    this.#folder = folder
    this.#storage = storage
    this.#marks = marks
  }

  /** Where the others cannot be reached, the model is made here. */
  async answer({ what, key }: ModelQuestion): Promise<void> {
    if (!KEY.test(key)) return
    await (what === 'bring' ? this.#bring(key) : this.#offer(key)).catch(() => {})
  }

  /** Keeps the checkpoints of what is being made. */
  async save(): Promise<void> {
    await Promise.all([...this.#checkpoints.values()].map(checkpoint => checkpoint.save()))
  }

  async #bring(key: string): Promise<void> {
    const files = Object.entries(await this.#marks.model(key)).filter(([name]) => belongs(name, key))
    // A model whose learned trigger is not there yet would count as damaged.
    for (const [name, hash] of files.sort(([one], [other]) => other.length - one.length))
      await this.#storage.fetch(hash, join(this.#folder, name))
    if (files.length > 0) return
    const path = join(this.#folder, `${key}.checkpoint`)
    const checkpoint = new Checkpoint(path, `model-${key}`, this.#storage, this.#marks)
    this.#checkpoints.set(key, checkpoint)
    if (!(await stat(path).catch(() => null))) await checkpoint.restore()
  }

  async #offer(key: string): Promise<void> {
    const files: Record<string, ContentHash> = {}
    for (const name of await readdir(this.#folder))
      if (belongs(name, key))
        files[name] = await this.#storage.put(createReadStream(join(this.#folder, name)))
    await this.#marks.setModel(key, files)
    await this.#checkpoints.get(key)?.drop()
    this.#checkpoints.delete(key)
  }
}

const belongs = (name: string, key: string): boolean =>
  name === `${key}.safetensors` || name === `${key}.trigger.safetensors`
