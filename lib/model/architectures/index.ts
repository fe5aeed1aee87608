// The built-in architectures by name. A new one is a file beside this and a line in the table.
import type * as zod from 'zod'
import type { ModelSpec } from '../../../binding.js'
import { ShellacError } from '../../errors.js'
import { type LazySchema, lazySchema, parse } from '../../options.js'
import { alexnet, alexnetOptions } from './alexnet.js'
import type { Built } from './architecture.js'
import { efficientvit, efficientvitOptions } from './efficientvit.js'
import { mobilenetV2, mobilenetV2Options } from './mobilenet.js'
import { preactResnet18, preactResnet18Options } from './preact-resnet.js'
import { resnet18, resnet34, resnetOptions } from './resnet.js'
import { vgg19Bn, vgg19BnOptions } from './vgg.js'
import { vit, vitOptions } from './vit.js'

export const ARCHITECTURES = {
  resnet18: { schema: lazySchema(resnetOptions), build: resnet18 },
  resnet34: { schema: lazySchema(resnetOptions), build: resnet34 },
  preactResnet18: { schema: lazySchema(preactResnet18Options), build: preactResnet18 },
  alexnet: { schema: lazySchema(alexnetOptions), build: alexnet },
  vgg19Bn: { schema: lazySchema(vgg19BnOptions), build: vgg19Bn },
  mobilenetV2: { schema: lazySchema(mobilenetV2Options), build: mobilenetV2 },
  vit: { schema: lazySchema(vitOptions), build: vit },
  efficientvit: { schema: lazySchema(efficientvitOptions), build: efficientvit },
} as const

/** An architecture that createModel() builds. */
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
  const schema: LazySchema<zod.ZodObject> = ARCHITECTURES[name].schema
  return { name, settings: (await parse(name, schema, options)) as ChosenArchitecture['settings'] }
}

export async function buildArchitecture({
  name,
  settings,
}: ChosenArchitecture): Promise<{ spec: ModelSpec }> {
  // Of the architectures' settings the type knows the union only; `name` and `settings` were made as a pair.
  const { graph, tensors }: Built = await ARCHITECTURES[name].build(settings as never)
  return { spec: { graph, tensors, quantization: null } }
}

const isArchitecture = (name: unknown): name is ArchitectureName =>
  typeof name === 'string' && Object.hasOwn(ARCHITECTURES, name)
