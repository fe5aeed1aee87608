/// <reference lib="esnext.disposable" preserve="true" />
import type { ModelDescription, ModelHandle, Native } from '../../binding.js'
import { resolveDevice } from '../device.js'
import { atCall, ShellacError } from '../errors.js'
import { loadNative } from '../native/core.js'
import { type JobControl, runJob } from '../native/job.js'
import { type Input, jobOptions, lazySchema, parse } from '../options.js'
import type { ModelFacts, Normalization, Provenance } from './facts.js'
import type { ModelContent } from './file.js'
import { type Inspection, inspection } from './inspect.js'
import type { SaveOptions } from './save.js'

export const forwardOptions = lazySchema(z => z.strictObject(jobOptions(z)))
/** Options of model.forward(). Values and defaults: docs/options.md. */
export type ForwardOptions = Input<typeof forwardOptions>

/** A neural network in native memory: a graph and its tensors. Made by loadModel(), createModel() and the verbs. */
export class Model {
  /** For messages: the file's name, or the architecture's. */
  readonly name: string
  /** [channels, height, width] of one image. */
  readonly inputShape: readonly [number, number, number]
  /** Number of logits. */
  readonly outputs: number
  /** Names of the classes, where the file has them. */
  readonly classes: readonly string[] | null
  /** How the model reads images; null where the file does not say, then a dataset's own is used. */
  readonly normalization: Normalization | null
  readonly provenance: Provenance | null
  /** @internal */
  readonly handle: ModelHandle
  readonly #description: ModelDescription
  readonly #native: Native

  /** @internal Use loadModel(), createModel() or a verb. */
  constructor(native: Native, handle: ModelHandle, facts: ModelFacts) {
    const description = native.describe(handle)
    this.#description = description
    this.#native = native
    this.handle = handle
    this.name = facts.name
    this.inputShape = description.graph.inputShape as [number, number, number]
    this.outputs = description.shapes[description.graph.output]?.at(-1) ?? 0
    this.classes = facts.classes
    this.normalization = facts.normalization
    this.provenance = facts.provenance
  }

  /**
   * The logits of a batch of images.
   *
   * @param data  normalized floats, row-major; data.length is the product of shape
   * @param shape [n, channels, height, width], the last three as inputShape
   * @returns data: the logits, shape: [n, outputs]
   * @throws ERR_BAD_DATA for another shape, ERR_BAD_OPTION, ERR_DEVICE, ERR_ABORTED, ERR_OUT_OF_MEMORY
   */
  forward(
    data: Float32Array,
    shape: readonly number[],
    options: ForwardOptions = {},
  ): Promise<{ data: Float32Array; shape: number[] }> {
    return atCall(this.forward, async () => {
      const { seed, device, threads, ...control } = await parse('forward', forwardOptions, options)
      this.#checkBatch(data, shape)
      const native = await loadNative()
      const settings = { seed, threads, device: await resolveDevice(device) }
      return runJob(() => native.forward(this.handle, data, [...shape], settings), control)
    })
  }

  /** Layers, units, parameters and what would be quantized. */
  inspect(): Inspection {
    return inspection(this.#description, this)
  }

  /**
   * Writes the model, whole or not at all. The same model gives the same bytes.
   *
   * - `.safetensors`: Shellac's own file; with `{ format: 'state-dict' }` the tensors alone, for PyTorch
   * - `.onnx`: ONNX, a quantized model as QDQ with its codes as int8 or int4 and BN folded into their scales
   *   (docs/formats.md). Tensors of more than 1.5 GB together go to PATH.data beside it
   *
   * @throws ERR_BAD_OPTION for another extension or a path that cannot be written; ERR_UNSUPPORTED_OP for an op that
   *   ONNX files of Shellac do not have; ERR_BAD_MODEL for a quantized model as a state dict
   */
  save(path: string, options: SaveOptions = {}): Promise<void> {
    return atCall(this.save, async () => {
      const { save, saveOptions } = await import('./save.js')
      const settings = await parse('save', saveOptions, options)
      await save(path, settings, () => this.content(settings), this.#description.shapes)
    })
  }

  /**
   * Frees the model's memory now; the garbage collector would do so in its own time. A job that runs on it ends as if
   * nothing had happened; every later one is refused (ERR_BAD_MODEL). Harmless twice.
   */
  dispose(): void {
    this.#native.disposeModel(this.handle)
  }

  /** For `using model = await loadModel(...)`: dispose(). */
  [Symbol.dispose](): void {
    this.dispose()
  }

  /** @internal */
  get description(): ModelDescription {
    return this.#description
  }

  /** @internal */
  async content(control: JobControl = {}): Promise<ModelContent> {
    const native = await loadNative()
    return { spec: await runJob(() => native.exportModel(this.handle), control), facts: this.facts() }
  }

  /** @internal What a verb hands on to the model that it makes. */
  facts(): ModelFacts {
    const { name, normalization, classes, provenance } = this
    return { name, normalization, classes: classes && [...classes], provenance }
  }

  #checkBatch(data: Float32Array, shape: readonly number[]): void {
    const fits = shape.length === 4 && this.inputShape.every((size, axis) => shape[axis + 1] === size)
    const size = shape.reduce((product, count) => product * count, 1)
    if (data instanceof Float32Array && fits && data.length === size && size > 0) return
    throw new ShellacError('ERR_BAD_DATA', {
      thing: `input of ${this.name}`,
      found: `${data?.length} values of shape [${shape}]`,
      expected: `a Float32Array of shape [n, ${this.inputShape.join(', ')}], n at least 1`,
    })
  }
}
