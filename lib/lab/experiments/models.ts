// Trained models that cells share: safetensors files named by the key of what makes them.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Checkpoint } from '../../checkpoint/checkpoint.js'
import { ShellacError } from '../../errors.js'
import { loadModel } from '../../model/load.js'
import type { Model } from '../../model/model.js'
import { attackIn } from '../attacks/history.js'
import { keyOf } from './key.js'

export interface Kept {
  key: string
  model: Model
  /** Where its file lies. */
  folder: string
}

/** Where other machines may have models, and want to know of those of this one. */
export interface OtherMachines {
  /** Puts the files of that model, or its checkpoint, into the folder of models where another machine has them. */
  bring(key: string): Promise<void>
  offer(key: string): Promise<void>
}

export class ModelCache {
  readonly #folder: string
  readonly #others: OtherMachines | undefined

  constructor(out: string, others?: OtherMachines) {
    this.#folder = join(out, 'models')
    this.#others = others
  }

  /**
   * The model of that recipe, made at the first call. It always comes from its file, so that a run that was interrupted
   * goes on with the same bits. A file that cannot be read is made again, also when it is that of its learned trigger; one
   * is never half-written, since it is renamed into place.
   *
   * @param make is told the path that the model is going to have, and where its work is kept meanwhile
   */
  async get(recipe: unknown, make: (path: string, checkpoint: Checkpoint) => Promise<Model>): Promise<Kept> {
    const key = keyOf(recipe)
    const folder = this.#folder
    const path = join(folder, `${key}.safetensors`)
    if (!(await isThere(path))) await this.#others?.bring(key)
    const kept = (await isThere(path)) ? await this.#load(path).catch(unlessDamaged) : null
    if (kept) return { key, model: kept, folder }
    const checkpoint = new Checkpoint(join(folder, `${key}.checkpoint`), { others: 'discard' })
    await (await make(path, checkpoint)).save(path)
    await checkpoint.remove()
    await this.#others?.offer(key)
    return { key, model: await loadModel(path), folder }
  }

  async #load(path: string): Promise<Model> {
    const model = await loadModel(path)
    await attackIn(model.provenance, this.#folder)?.trigger.load?.()
    return model
  }
}

const isThere = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null

function unlessDamaged(error: unknown): null {
  if (error instanceof ShellacError && error.code === 'ERR_BAD_MODEL') return null
  throw error
}
