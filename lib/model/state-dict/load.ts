import { ShellacError } from '../../errors.js'
import { architectureSchema, buildArchitecture } from '../architectures/index.js'
import { parseArchitecture } from '../architectures/parse.js'
import { createFrom, type GetNative } from '../create-from.js'
import type { ModelFacts } from '../facts.js'
import type { Model } from '../model.js'
import { fit } from './fit.js'
import type { StateDict } from './state-dict.js'

interface Wanted {
  /** As loadModel() takes it. */
  architecture?: string | Record<string, unknown> | undefined
  signal?: AbortSignal | undefined
}

/**
 * The model that an architecture and a state dict make together.
 *
 * @throws ERR_BAD_MODEL, also where no architecture is given; ERR_BAD_OPTION for one that does not exist
 */
export async function fromStateDict(
  native: GetNative,
  facts: ModelFacts,
  stored: StateDict,
  { architecture, signal }: Wanted,
): Promise<Model> {
  if (!architecture) throw withoutGraph(facts.name, stored)
  const chosen = await architectureSchema(
    typeof architecture === 'string' ? parseArchitecture(architecture) : architecture,
  )
  const { spec } = await buildArchitecture(chosen)
  return createFrom(native, await fit(facts.name, stored, spec, chosen.name), facts, { signal })
}

const withoutGraph = (path: string, stored: StateDict): ShellacError =>
  new ShellacError('ERR_BAD_MODEL', {
    thing: `model file ${path}`,
    found: `a state dict: ${stored.size} tensors without the graph that they belong to`,
    expected: 'the architecture beside it',
    remedy: `pass { architecture: { name: 'resnet18', ... } }, on the command line --architecture resnet18:width=64`,
  })
