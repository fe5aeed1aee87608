import type { Command } from 'commander'
import { architectureNames } from '../model/architectures/index.js'
import { loadModel } from '../model/load.js'
import type { Model } from '../model/model.js'

/** What a model file may need beside it. */
export function modelFlags(command: Command): void {
  command.option(
    '--architecture <name>',
    `of a state dict, with its options, such as resnet18:width=8,classes=10; one of ${architectureNames.join(', ')}`,
  )
}

/** The model in a file. A file that has its own graph ignores --architecture. */
export const openModelFile = (
  path: unknown,
  { architecture }: Record<string, unknown>,
  signal: AbortSignal,
): Promise<Model> =>
  loadModel(String(path), { signal, ...(typeof architecture === 'string' && { architecture }) })
