// Analyses of one model on calibration images: its statistics, or how it is purified.
import type * as zod from 'zod'
import type { Dataset } from '../../data/dataset.js'
import { SOURCES } from '../../data/source.js'
import type { Model } from '../../model/model.js'
import { type LazySchema, parse } from '../../options.js'
import { calibrationSet } from '../calibration.js'
import { flagsOf } from '../flags.js'
import { modelFlags, openModelFile } from '../model-file.js'
import type { Context } from '../run.js'
import type { Analysis, Finding } from './analysis.js'

interface OfCalibration<S extends zod.ZodObject> {
  name: string
  summary: string
  source: string
  schema: LazySchema<S>
  run(model: Model, images: Dataset, settings: zod.output<S> & Context): Promise<Finding>
}

export async function onCalibration<S extends zod.ZodObject>({
  schema,
  run,
  ...told
}: OfCalibration<S>): Promise<Analysis> {
  const flags = await flagsOf(schema)
  return {
    ...told,
    schema,
    addTo: command => {
      command.requiredOption(
        '--data <source>',
        `benign images, of which the training ones are read: ${SOURCES}`,
      )
      modelFlags(command)
      flags.addTo(command)
    },
    run: async (context, values, path) => {
      const settings = await parse(told.name, schema, flags.read(values)) // before the model is read
      const model = await openModelFile(path, values, context.signal)
      return run(model, await calibrationSet(values, model), { ...settings, ...context })
    },
  }
}
