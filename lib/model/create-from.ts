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
  const loaded = await native()
  const handle = await runJob(() => loaded.createModel(spec), control)
  const model = spec.quantization
    ? new QuantizedModel(loaded, handle, facts)
    : new Model(loaded, handle, facts)
  checkFacts(model)
  return model
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
