import type { LazySchema } from '../../../options.js'
import type { ModelFacts } from '../../facts.js'
import { parseJson } from '../../safetensors/json.js'
import { classesSchema, normalizationSchema, provenanceSchema } from '../../schema.js'
import type { ModelProto } from '../proto/onnx_pb.js'
import { KEYS } from '../write/metadata.js'
import { badFile } from './refuse.js'

const MAX_DEPTH = 64

/** What Shellac said about the model when it wrote the file; of another's file, nothing. */
export async function factsOf(
  path: string,
  { metadataProps }: ModelProto,
): Promise<{ facts: ModelFacts; preset: string }> {
  const texts = new Map(metadataProps.map(({ key, value }) => [key, value]))
  const read = async <T>(key: keyof typeof KEYS, lazy: LazySchema<import('zod').ZodType<T>>) => {
    const text = texts.get(KEYS[key])
    if (text === undefined) return null
    const result = (await lazy()).safeParse(parsed(path, KEYS[key], text))
    if (result.success) return result.data
    throw badFile(path, `"${KEYS[key]}" in its metadata`, result.error.issues[0]?.message ?? 'other JSON')
  }
  const facts = {
    name: path,
    normalization: await read('normalization', normalizationSchema),
    classes: await read('classes', classesSchema),
    provenance: await read('provenance', provenanceSchema),
  }
  const quantization = texts.get(KEYS.quantization)
  const own =
    quantization === undefined
      ? null
      : (parsed(path, KEYS.quantization, quantization) as { preset?: unknown })
  return { facts, preset: typeof own?.preset === 'string' ? own.preset.slice(0, 64) || 'onnx' : 'onnx' }
}

function parsed(path: string, key: string, text: string): unknown {
  try {
    return parseJson(text, MAX_DEPTH)
  } catch (error) {
    throw badFile(path, `"${key}" in its metadata with ${(error as Error).message}`, 'JSON')
  }
}
