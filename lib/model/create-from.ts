import type { ModelSpec, Native } from '../../binding.js'
import { ShellacError } from '../errors.js'
import { runJob } from '../native/job.js'
import type { ModelFacts } from './facts.js'
import { Model } from './model.js'
import { QuantizedModel } from './quantized.js'

export type GetNative = () => Promise<Native>

/** @internal */
export async function createFrom(
  native: GetNative,
  spec: ModelSpec,
  facts: ModelFacts,
  control: { signal?: AbortSignal | undefined } = {},
): Promise<Model> {
  checkNames(spec, facts.name)
  const loaded = await native()
  const handle = await runJob(() => loaded.createModel(spec), control)
  const model = spec.quantization
    ? new QuantizedModel(loaded, handle, facts)
    : new Model(loaded, handle, facts)
  checkFacts(model)
  return model
}

/** Node-API ends a property's name at a zero: what is called "a\0b" would be looked for as "a". */
function checkNames({ graph, tensors }: ModelSpec, file: string): void {
  const names = [...Object.keys(tensors), ...graph.nodes.map(({ name }) => name)]
  const odd = names.find(name => name.includes('\0'))
  if (odd === undefined) return
  throw new ShellacError('ERR_BAD_MODEL', {
    thing: file,
    found: `a name with a zero character in it, ${JSON.stringify(odd.slice(0, 80))}`,
    expected: 'names of visible characters',
    remedy: 'export the model again, with other names',
  })
}

/** What the metadata says must fit the graph. */
function checkFacts({ name, normalization, classes, inputShape, outputs }: Model): void {
  const [channels] = inputShape
  const refuse = (found: string, expected: string) => {
    throw new ShellacError('ERR_BAD_MODEL', { thing: name, found, expected })
  }
  const lengths = normalization ? [normalization.mean.length, normalization.deviation.length] : []
  if (lengths.some(length => length !== channels)) {
    refuse(`normalization of ${lengths.join(' and ')} channels`, `${channels}`)
  }
  if (classes && classes.length !== outputs)
    refuse(`${classes.length} class names`, `${outputs}, one a logit`)
}
