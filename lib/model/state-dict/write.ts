import { ShellacError } from '../../errors.js'
import type { ModelContent } from '../file.js'
import type { Safetensors, Tensor } from '../safetensors/read.js'

/**
 * The tensors of a model under their names, as safetensors.torch.load_file() and model.load_state_dict() take them.
 *
 * @throws ERR_BAD_MODEL for a quantized model, whose codes no state dict holds
 */
export function toStateDict({ spec, facts }: ModelContent): Safetensors {
  if (spec.quantization) {
    throw new ShellacError('ERR_BAD_MODEL', {
      thing: facts.name,
      found: 'a quantized model',
      expected: 'one at full precision: a state dict has no codes and scales',
      remedy: "save it as Shellac's .safetensors or as .onnx",
    })
  }
  const tensors = Object.entries(spec.tensors).map(([name, { shape, data }]): [string, Tensor] => [
    name,
    { dtype: 'F32', shape, data },
  ])
  return { metadata: { format: 'pt' }, tensors: new Map(tensors) }
}
