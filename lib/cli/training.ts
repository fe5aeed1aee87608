// What `train` and `attack` share: where the model to start from comes from.
import { type Command, Option } from 'commander'
import type { Dataset } from '../data/dataset.js'
import { drawOptions } from '../data/options.js'
import { parseSource, SOURCES } from '../data/source.js'
import { ARCHITECTURES, type ArchitectureName, architectureNames } from '../model/architectures/index.js'
import { createModel } from '../model/create.js'
import { loadModel } from '../model/load.js'
import type { Model } from '../model/model.js'
import { lazySchema, parse } from '../options.js'
import { type Flags, flagsOf } from './flags.js'

const widthChoice = lazySchema(z =>
  z.strictObject({
    width: z
      .int()
      .min(1)
      .max(4096)
      .optional()
      .describe('channels of the first layer, or numbers of a token; what is usual for it where left out'),
  }),
)
const limitChoice = lazySchema(z => z.strictObject(drawOptions(z)))

export interface StartFlags {
  addTo(command: Command): void
  /** The images to train on, the images to measure on, and the model: --model, or a new one that fits the images. */
  read(values: Record<string, unknown>, signal: AbortSignal): Promise<Start>
}
export interface Start {
  model: Model
  train: Dataset
  test: Dataset
  /** Whether the model is new and knows nothing yet. */
  fresh: boolean
}

export async function startFlags(): Promise<StartFlags> {
  const shapes = [
    await flagsOf(ARCHITECTURES.resnet18.schema, { only: ['stem', 'inputSize'] }),
    await flagsOf(widthChoice),
    await flagsOf(ARCHITECTURES.vit.schema, { only: ['patch', 'depth', 'heads'] }),
    await flagsOf(ARCHITECTURES.efficientvit.schema, { only: ['variant'] }),
  ]
  const limit = await flagsOf(limitChoice, { only: ['limit'] })
  return {
    addTo: command => {
      command.requiredOption('--data <source>', `labelled images: ${SOURCES}`)
      command.requiredOption('--out <file>', 'where the trained model goes, .safetensors')
      command.addOption(new Option('--architecture <name>', 'of a new model').choices(architectureNames))
      command.option('--model <file>', 'model to start from, instead of a new one')
      for (const shape of shapes) shape.addTo(command)
      limit.addTo(command)
    },
    read: (values, signal) => readStart(values, signal, shapes, limit),
  }
}

async function readStart(
  values: Record<string, unknown>,
  signal: AbortSignal,
  shapes: Flags[],
  limit: Flags,
): Promise<Start> {
  const source = parseSource(String(values.data))
  const loaded = values.model === undefined ? null : await loadModel(String(values.model), { signal })
  const size = Number(values.inputSize ?? 32)
  const image = loaded?.inputShape ?? [3, size, size]
  const seed = Number(values.seed ?? 0)
  const draw = await parse('train', limitChoice, { ...limit.read(values), seed })
  const train = await source('train', image, draw)
  const test = await source('test', image)
  if (loaded) return { model: loaded, train, test, fresh: false }
  const [, channels, height] = train.shape
  const chosen = Object.assign({}, ...shapes.map(shape => shape.read(values))) as Record<string, unknown>
  const fitted = { ...chosen, channels, inputSize: height, classes: train.classes.length, seed }
  const architecture = (values.architecture ?? 'resnet18') as ArchitectureName
  return { model: await createModel(architecture, fitted), train, test, fresh: true }
}
