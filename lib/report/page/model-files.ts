// What a model file says of itself, from its header alone.
import type { Provenance } from '../../model/facts.js'
import { bad, headerLength, readHeader } from '../../model/safetensors/header.js'
import { parseJson } from '../../model/safetensors/json.js'
import { openModel } from '../../model/safetensors/read.js'
import { provenanceSchema } from '../../model/schema.js'

export interface ModelFile {
  file: string
  parameters: number
  /** The latest step first; empty where the file does not say. */
  steps: { made: string; shellac: string; settings: Record<string, unknown> }[]
}

const MAX_DEPTH = 64

/** Throws ERR_BAD_MODEL for what is no safetensors file. */
export async function modelFile(path: string, name: string): Promise<ModelFile> {
  const file = await openModel(path)
  try {
    const { size } = await file.stat()
    const prefix = Buffer.alloc(8)
    if (size < 8 || (await file.read(prefix, 0, 8, 0)).bytesRead < 8)
      throw bad(name, `a file of ${size} bytes`, 'a safetensors file')
    const length = headerLength(name, prefix, size)
    const bytes = Buffer.alloc(length)
    await file.read(bytes, 0, length, 8)
    const { metadata, entries } = readHeader(name, bytes, size - 8 - length)
    const parameters = entries.reduce(
      (sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1),
      0,
    )
    return { file: name, parameters, steps: await stepsIn(metadata.provenance) }
  } finally {
    await file.close()
  }
}

async function stepsIn(text: string | undefined): Promise<ModelFile['steps']> {
  try {
    const read = (await provenanceSchema()).safeParse(parseJson(text ?? '', MAX_DEPTH))
    return read.success ? stepsOf(read.data as Provenance) : []
  } catch {
    return [] // a history that cannot be read is none
  }
}

const stepsOf = (provenance: Provenance | null): ModelFile['steps'] => {
  if (provenance === null) return []
  const { from, ...step } = provenance
  return [step, ...stepsOf(from)]
}
