// A model and images that are small enough to try everything on.
import { readFile, writeFile } from 'node:fs/promises'
import { createModel, type Dataset, datasets, type Model } from '../../lib/index.js'
import { readSafetensors, type Safetensors } from '../../lib/model/safetensors/read.js'
import { writeSafetensors } from '../../lib/model/safetensors/write.js'

export const smallModel = (seed = 1): Promise<Model> =>
  createModel('resnet18', { width: 2, channels: 1, inputSize: 28, seed })
export const digits = (limit: number): Promise<Dataset> => datasets.mnist({ split: 'train', limit })

/** A model file, changed. */
export async function tampered(
  path: string,
  to: string,
  change: (file: Safetensors) => void,
): Promise<string> {
  const file = await readSafetensors(path)
  change(file)
  await writeSafetensors(to, file)
  return to
}

/** A model file with another graph. */
export const regraphed = (path: string, to: string, change: (graph: GraphJson) => void): Promise<string> =>
  tampered(path, to, ({ metadata }) => {
    const graph = JSON.parse(metadata.graph ?? '') as GraphJson
    change(graph)
    metadata.graph = JSON.stringify(graph)
  })

export interface GraphJson {
  inputShape: number[]
  output: string
  nodes: {
    name: string
    op: string
    inputs: string[]
    attributes: Record<string, unknown>
    parameters: Record<string, string>
  }[]
}

export async function truncated(path: string, to: string, bytes: number): Promise<string> {
  await writeFile(to, (await readFile(path)).subarray(0, -bytes))
  return to
}
