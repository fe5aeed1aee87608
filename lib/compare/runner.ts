import type { Normalization } from '../model/facts.js'
import type { Model } from '../model/model.js'

/** Something that gives logits: a model in Shellac, or in another engine. */
export interface Runner {
  /** For messages: the file's name. */
  readonly name: string
  /** "shellac", "onnxruntime 1.30.0" */
  readonly engine: string
  /** [channels, height, width]; null where the file leaves it open. */
  readonly inputShape: readonly number[] | null
  /** null where nothing is known: then the other model's is used, or the dataset's. */
  readonly normalization: Normalization | null
  /** The model whose values can be looked at one by one; null where the engine shows only logits. */
  readonly model: Model | null
  /**
   * The logits of a batch, row-major.
   *
   * @param data  normalized floats, row-major
   * @param shape [n, channels, height, width]
   */
  run(data: Float32Array, shape: readonly number[]): Promise<Logits>
}

/** What a model gives for a batch of images. */
export interface Logits {
  data: Float32Array
  /** [n, classes] */
  shape: readonly number[]
}

interface RunSettings {
  seed: number
  threads: number
  device: string
  signal?: AbortSignal | undefined
}

/** A model run by Shellac. */
export function shellacRunner(model: Model, { seed, threads, device, signal }: RunSettings): Runner {
  const { name, inputShape, normalization } = model
  const run: Runner['run'] = (data, shape) => model.forward(data, shape, { seed, threads, device, signal })
  return { name, engine: 'shellac', inputShape, normalization, model, run }
}
