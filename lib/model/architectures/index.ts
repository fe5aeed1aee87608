// The built-in architectures by name. A new one is a file beside this and a line in the table.
import type { ModelSpec } from '../../../binding.js'
import { ShellacError } from '../../errors.js'
import { lazySchema, parse } from '../../options.js'
import type { Built } from './architecture.js'
import { mobilenetV2, mobilenetV2Options } from './mobilenet.js'
import { resnet18, resnet18Options } from './resnet.js'
import { vgg19Bn, vgg19BnOptions } from './vgg.js'

export const ARCHITECTURES = {
  resnet18: { schema: lazySchema(resnet18Options), build: resnet18 },
  vgg19Bn: { schema: lazySchema(vgg19BnOptions), build: vgg19Bn },
  mobilenetV2: { schema: lazySchema(mobilenetV2Options), build: mobilenetV2 },
} as const

export type ArchitectureName = keyof typeof ARCHITECTURES
export const architectureNames = Object.keys(ARCHITECTURES) as ArchitectureName[]

export interface ChosenArchitecture {
  name: ArchitectureName
  settings: Awaited<ReturnType<(typeof ARCHITECTURES)[ArchitectureName]['schema']>>['_output']
}

/** Reads { name, ...its own options }. Throws ERR_BAD_OPTION. */
export async function architectureSchema({
  name,
  ...options
}: Record<string, unknown>): Promise<ChosenArchitecture> {
  if (!isArchitecture(name)) {
    throw new ShellacError('ERR_BAD_OPTION', {
      thing: 'option "architecture"',
      found: JSON.stringify(name) ?? 'no name',
      expected: architectureNames.join(', '),
    })
  }
  return { name, settings: await parse(name, ARCHITECTURES[name].schema, options) }
}

export async function buildArchitecture({
  name,
  settings,
}: ChosenArchitecture): Promise<{ spec: ModelSpec }> {
  const { graph, tensors }: Built = await ARCHITECTURES[name].build(settings)
  return { spec: { graph, tensors, quantization: null } }
}

const isArchitecture = (name: unknown): name is ArchitectureName =>
  typeof name === 'string' && Object.hasOwn(ARCHITECTURES, name)
