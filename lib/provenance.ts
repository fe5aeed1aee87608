import type { Dataset } from './data/dataset.js'
import type { ModelFacts } from './model/facts.js'
import type { Model } from './model/model.js'
import { version } from './version.js'

/** The facts of a model that a verb made from another: how it reads images, and one more step in its history. */
export function madeFrom(
  model: Model,
  dataset: Dataset,
  made: string,
  { device: _device, threads: _threads, ...settings }: Record<string, unknown>,
): ModelFacts {
  return {
    ...model.facts(),
    normalization: model.normalization ?? dataset.normalization,
    classes: model.classes ? [...model.classes] : dataset.labels && classesOf(model, dataset),
    provenance: {
      shellac: version,
      made,
      settings: { data: dataset.name, ...settings },
      from: model.provenance,
    },
  }
}

const classesOf = (model: Model, { classes }: Dataset): string[] | null =>
  classes.length === model.outputs ? [...classes] : null
