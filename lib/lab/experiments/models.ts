// Trained models that cells share: safetensors files named by the key of what makes them.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ShellacError } from '../../errors.js'
import { loadModel } from '../../model/load.js'
import type { Model } from '../../model/model.js'
import { keyOf } from './key.js'

export interface Kept {
  key: string
  model: Model
}

export class ModelCache {
  readonly #folder: string

  constructor(out: string) {
    this.#folder = join(out, 'models')
  }

  /**
   * The model of that recipe, made at the first call. It always comes from its file, so that a run that was interrupted
   * goes on with the same bits. A file that cannot be read is made again; one is never half-written, since it is
   * renamed into place.
   */
  async get(recipe: unknown, make: () => Promise<Model>): Promise<Kept> {
    const key = keyOf(recipe)
    const path = join(this.#folder, `${key}.safetensors`)
    const there = (await stat(path).catch(() => null)) !== null
    const kept = there ? await loadModel(path).catch(unlessDamaged) : null
    if (kept) return { key, model: kept }
    await (await make()).save(path)
    return { key, model: await loadModel(path) }
  }
}

function unlessDamaged(error: unknown): null {
  if (error instanceof ShellacError && error.code === 'ERR_BAD_MODEL') return null
  throw error
}
