import { atCall } from '../errors.js'
import { loadNative } from '../native/core.js'
import type { Input } from '../options.js'
import type { ARCHITECTURES, ArchitectureName } from './architectures/index.js'
import type { Model } from './model.js'

/** Options of createModel('resnet18'). Values and defaults: docs/options.md. */
export type Resnet18Options = Input<(typeof ARCHITECTURES)['resnet18']['schema']>
/** By name of an architecture, the options of createModel(). Values and defaults: docs/options.md. */
export type ArchitectureOptions = {
  [name in ArchitectureName]: Input<(typeof ARCHITECTURES)[name]['schema']>
}

/**
 * A new model with random weights, drawn from `seed`.
 *
 * @param architecture "resnet18", "resnet34", "preactResnet18", "alexnet", "vgg19Bn", "mobilenetV2", "vit" or
 *   "efficientvit"; each is described where it is built (lib/model/architectures)
 * @param options stem ("cifar", "imagenet"), width, classes, channels, inputSize, seed
 * @throws ERR_BAD_OPTION
 * @example const model = await createModel('resnet18', { width: 8, channels: 1, inputSize: 28 })
 */
export function createModel<Name extends ArchitectureName>(
  architecture: Name,
  options: ArchitectureOptions[Name] = {},
): Promise<Model> {
  return atCall(createModel, async () => {
    const { architectureSchema, buildArchitecture } = await import('./architectures/index.js')
    const chosen = await architectureSchema({ ...options, name: architecture })
    const { spec } = await buildArchitecture(chosen)
    const facts = { name: architecture, normalization: null, classes: null, provenance: null }
    const { createFrom } = await import('./create-from.js')
    return createFrom(loadNative, spec, facts)
  })
}
