// Shellac's model file: one .safetensors. Tensors lie under their names; the graph, the quantizers, the normalization,
// the classes and how the model was made are JSON in the metadata. Of a quantized model:
//   NODE:codes (I8 or U8)    NODE:scale (F32)    NODE:zeroPoint (I32)           weights, by conv or linear node
//   VALUE:activation.scale   VALUE:activation.zeroPoint                         activations, by value
// ':' is not allowed in a tensor's own name, so the two kinds never clash.
import type { ModelSpec, QuantizationSpec, QuantizerSpec, TensorData } from '../../binding.js'
import { ShellacError } from '../errors.js'
import type { LazySchema } from '../options.js'
import type { ModelFacts } from './facts.js'
import { bad } from './safetensors/header.js'
import { parseJson } from './safetensors/json.js'
import type { Safetensors, Tensor } from './safetensors/read.js'
import {
  classesSchema,
  graphSchema,
  normalizationSchema,
  provenanceSchema,
  quantizationSchema,
} from './schema.js'

export const FORMAT = 'shellac'
export const FORMAT_VERSION = '1'
const MAX_DEPTH = 64

export interface ModelContent {
  spec: ModelSpec
  facts: ModelFacts
}

/** To a file's content. */
export function encode({ spec, facts }: ModelContent): Safetensors {
  const tensors = new Map<string, Tensor>()
  for (const [name, tensor] of Object.entries(spec.tensors)) {
    if (name.includes(':') || name === '__metadata__') throw clash(name)
    tensors.set(name, { dtype: 'F32', shape: tensor.shape, data: tensor.data })
  }
  const metadata: Record<string, string> = {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    graph: JSON.stringify(spec.graph),
  }
  if (spec.quantization) metadata.quantization = encodeQuantization(spec.quantization, tensors)
  for (const key of ['normalization', 'classes', 'provenance'] as const) {
    if (facts[key] !== null) metadata[key] = JSON.stringify(facts[key])
  }
  return { metadata, tensors }
}

/** From a file's content; throws ERR_BAD_MODEL where it is not what a Shellac file holds. */
export async function decode(file: string, { metadata, tensors }: Safetensors): Promise<ModelContent> {
  if (metadata.formatVersion !== FORMAT_VERSION) {
    throw new ShellacError('ERR_BAD_MODEL', {
      thing: file,
      found: `format version ${JSON.stringify(metadata.formatVersion)}`,
      expected: FORMAT_VERSION,
      remedy: 'read it with the version of Shellac that wrote it, or a later one',
    })
  }
  const graph = await required(file, metadata, 'graph', graphSchema)
  const quantization = await optional(file, metadata, 'quantization', quantizationSchema)
  const rest = new Map(tensors)
  return {
    spec: {
      graph,
      quantization: quantization && decodeQuantization(file, quantization, rest),
      tensors: Object.fromEntries([...rest].map(([name, tensor]) => [name, floats(file, name, tensor)])),
    },
    facts: {
      name: file,
      normalization: await optional(file, metadata, 'normalization', normalizationSchema),
      classes: await optional(file, metadata, 'classes', classesSchema),
      provenance: await optional(file, metadata, 'provenance', provenanceSchema),
    },
  }
}

export const isShellacFile = ({ metadata }: Safetensors): boolean => metadata.format === FORMAT

function encodeQuantization(quantization: QuantizationSpec, tensors: Map<string, Tensor>): string {
  const kept = (quantizer: QuantizerSpec, prefix: string) => {
    tensors.set(`${prefix}scale`, vector('F32', Float32Array.from(quantizer.scale)))
    tensors.set(`${prefix}zeroPoint`, vector('I32', Int32Array.from(quantizer.zeroPoint)))
    return { bits: quantizer.bits, symmetric: quantizer.symmetric, perChannel: quantizer.perChannel }
  }
  const weights: [string, unknown][] = []
  for (const [node, { quantizer, codes }] of sorted(quantization.weights)) {
    const dtype = codes.dtype === 'int8' ? 'I8' : 'U8'
    tensors.set(`${node}:codes`, { dtype, shape: codes.shape, data: codes.data })
    weights.push([node, kept(quantizer, `${node}:`)])
  }
  const activations = sorted(quantization.activations).map(([value, quantizer]) => [
    value,
    kept(quantizer, `${value}:activation.`),
  ])
  const { preset, weightBits, activationBits } = quantization
  return JSON.stringify({
    preset,
    weightBits,
    activationBits,
    weights: Object.fromEntries(weights),
    activations: Object.fromEntries(activations),
  })
}

type StoredGrid = Pick<QuantizerSpec, 'bits' | 'symmetric' | 'perChannel'>
type StoredQuantization = Omit<QuantizationSpec, 'weights' | 'activations'> &
  Record<'weights' | 'activations', Record<string, StoredGrid>>

/** Takes the tensors that belong to quantizers out of `tensors`. */
function decodeQuantization(
  file: string,
  { preset, weightBits, activationBits, weights, activations }: StoredQuantization,
  tensors: Map<string, Tensor>,
): QuantizationSpec {
  const take = (name: string, ...dtypes: string[]): Tensor => {
    const tensor = tensors.get(name)
    if (!tensor || !dtypes.includes(tensor.dtype)) {
      throw bad(file, `${tensor ? `type ${tensor.dtype}` : 'no tensor'} for "${name}"`, dtypes.join(' or '))
    }
    tensors.delete(name)
    return tensor
  }
  const quantizerOf = (grid: StoredGrid, prefix: string): QuantizerSpec => ({
    ...grid,
    scale: [...new Float32Array(aligned(take(`${prefix}scale`, 'F32').data))],
    zeroPoint: [...new Int32Array(aligned(take(`${prefix}zeroPoint`, 'I32').data))],
  })
  const mapped = <From, To>(record: Record<string, From>, to: (name: string, from: From) => To) =>
    Object.fromEntries(Object.entries(record).map(([name, from]) => [name, to(name, from)]))
  return {
    preset,
    weightBits,
    activationBits,
    weights: mapped(weights, (node, grid) => ({
      quantizer: quantizerOf(grid, `${node}:`),
      codes: codesOf(take(`${node}:codes`, 'I8', 'U8')),
    })),
    activations: mapped(activations, (value, grid) => quantizerOf(grid, `${value}:activation.`)),
  }
}

const codesOf = ({ dtype, shape, data }: Tensor): TensorData => ({
  dtype: dtype === 'I8' ? 'int8' : 'uint8',
  shape,
  data,
})

/** A float tensor as native takes it. Only float32 is read: half precision would not be the model that was checked. */
function floats(file: string, name: string, { dtype, shape, data }: Tensor): TensorData {
  if (dtype !== 'F32') throw bad(file, `tensor "${name}" of type ${dtype}`, 'F32')
  return { dtype: 'float32', shape, data }
}

const vector = (dtype: 'F32' | 'I32', values: Float32Array | Int32Array): Tensor => ({
  dtype,
  shape: [values.length],
  data: new Uint8Array(values.buffer),
})

/** The bytes in a buffer of their own, where a typed array of any width can begin. */
const aligned = (data: Uint8Array): ArrayBuffer => new Uint8Array(data).buffer

const sorted = <T>(record: Record<string, T>): [string, T][] =>
  Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1))

async function required<T>(
  file: string,
  metadata: Record<string, string>,
  key: string,
  lazy: LazySchema<import('zod').ZodType<T>>,
): Promise<T> {
  const value = await optional(file, metadata, key, lazy)
  if (value === null) throw bad(file, `no "${key}" in its metadata`, 'a Shellac model')
  return value
}

async function optional<T>(
  file: string,
  metadata: Record<string, string>,
  key: string,
  lazy: LazySchema<import('zod').ZodType<T>>,
): Promise<T | null> {
  const text = Object.hasOwn(metadata, key) ? metadata[key] : undefined
  if (text === undefined) return null
  const schema = await lazy()
  let value: unknown
  try {
    value = parseJson(text, MAX_DEPTH)
  } catch (error) {
    throw bad(file, `"${key}" in its metadata with ${(error as Error).message}`, 'JSON')
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw bad(
    file,
    `"${[key, ...(issue?.path ?? [])].join('.').slice(0, 200)}" in its metadata`,
    issue?.message ?? 'other JSON',
  )
}

const clash = (name: string): ShellacError =>
  new ShellacError('ERR_BAD_MODEL', {
    thing: `tensor "${name}"`,
    found: "a name that Shellac's file format keeps for itself",
    expected: "a name without ':'",
    remedy: 'rename it in the model that this one came from',
  })
