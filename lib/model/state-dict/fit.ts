import type { ModelSpec } from '../../../binding.js'
import { ShellacError } from '../../errors.js'
import { listed, pair } from './names.js'
import type { StateDict } from './state-dict.js'

/**
 * Puts a state dict's tensors in the place of an architecture's own. Names and shapes are judged before any is read.
 *
 * @param architecture for messages
 * @throws ERR_BAD_MODEL with what is missing, unexpected and of another shape: the first ten names, and how many
 */
export async function fit(
  path: string,
  stored: StateDict,
  spec: ModelSpec,
  architecture: string,
): Promise<ModelSpec> {
  const expected = Object.keys(spec.tensors)
  const { found, missing, unexpected } = pair(stored, expected)
  const misshapen = expected.flatMap(name => {
    const [shape, wanted] = [found.get(name)?.shape, spec.tensors[name]?.shape]
    return !shape || shape.join() === wanted?.join() ? [] : [`${name} [${shape}] instead of [${wanted}]`]
  })
  const faults = [
    listed('missing', missing),
    listed('unexpected', unexpected),
    listed('of another shape', misshapen),
  ].filter(fault => fault !== '')
  if (faults.length > 0)
    throw misfit(path, faults.join('; '), `${expected.length} tensors of ${architecture}`)
  const tensors: ModelSpec['tensors'] = {}
  for (const name of expected) {
    const { shape = [], read } = found.get(name) ?? {}
    tensors[name] = { dtype: 'float32', shape: [...shape], data: (await read?.()) ?? new Uint8Array() }
  }
  return { ...spec, tensors }
}

const misfit = (path: string, found: string, expected: string): ShellacError =>
  new ShellacError('ERR_BAD_MODEL', {
    thing: `state dict ${path}`,
    found,
    expected: `the ${expected}`,
    remedy: 'correct { architecture }: its name, or its own options such as width, classes and stem',
  })
