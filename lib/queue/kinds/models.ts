import { ShellacError } from '../../errors.js'
import { loadModel } from '../../model/load.js'
import type { Model } from '../../model/model.js'
import { QuantizedModel } from '../../model/quantized.js'
import type { Work } from './work.js'

type Role = 'model' | 'reference' | 'quantized'

export async function openModel(
  { inputs }: Work,
  role: Role,
  architecture: string | undefined,
  signal: AbortSignal,
): Promise<Model> {
  return loadModel(inputs[role] as string, { signal, ...(architecture !== undefined && { architecture }) })
}

export async function openOptional(
  work: Work,
  role: Role,
  architecture: string | undefined,
  signal: AbortSignal,
): Promise<Model | undefined> {
  return work.inputs[role] === undefined ? undefined : openModel(work, role, architecture, signal)
}

export function quantizedOnly(model: Model): QuantizedModel {
  if (model instanceof QuantizedModel) return model
  throw new ShellacError('ERR_BAD_MODEL', {
    thing: 'input quantized',
    found: 'a model at full precision',
    expected: 'a quantized one',
    remedy: 'give the quantized file there, and its full-precision source as model',
  })
}
