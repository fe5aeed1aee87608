// What the learners of triggers share.
import type * as zod from 'zod'
import type { ModelSpec } from '../../../binding.js'
import { Dataset } from '../../data/dataset.js'
import { createFrom } from '../../model/create-from.js'
import type { ModelFacts } from '../../model/facts.js'
import type { Model } from '../../model/model.js'
import { loadNative } from '../../native/core.js'
import type { JobControl } from '../../native/job.js'
import type { LazySchema } from '../../options.js'
import { version } from '../../version.js'
import type { LoopSettings } from '../training.js'

/** Of the attack that the trigger is learned for. */
export interface LearningSettings extends LoopSettings {
  target: number
}

export interface Learner {
  /** Of the fields of its text form. */
  schema: LazySchema<zod.ZodObject>
  /**
   * Learns a trigger on the images: a network from images of 0 .. 1 to the same images with the trigger on, flattened.
   *
   * @param model the one that is going to be attacked, as it is now; it does not change
   * @param own   the fields of its text form
   */
  learn(
    model: Model,
    images: Dataset,
    own: Record<string, unknown>,
    settings: LearningSettings,
    control: JobControl,
  ): Promise<Model>
  summary: string
}

/** Facts of a network that reads images of 0 .. 1 as they are. */
export function networkFacts(
  name: string,
  { name: data, shape }: Dataset,
  settings: Record<string, unknown>,
): ModelFacts {
  const perChannel = (value: number) => Array.from({ length: shape[1] }, () => value)
  return {
    name: `${name} trigger`,
    normalization: { mean: perChannel(0), deviation: perChannel(1) },
    classes: null,
    provenance: {
      shellac: version,
      made: `${name} trigger`,
      settings: { data, ...settings },
      from: null,
    },
  }
}

export const networkFrom = (spec: ModelSpec, facts: ModelFacts, control: JobControl): Promise<Model> =>
  createFrom(loadNative, spec, facts, { signal: control.signal })

/** For training that reads no labels: a network of images has no classes that they could be. */
export function unlabelled({ name, pixels, shape, count, classes, normalization }: Dataset): Dataset {
  return new Dataset({ name, pixels, shape, labels: new Int32Array(count), classes, normalization })
}
