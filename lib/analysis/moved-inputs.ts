import type { Dataset } from '../data/dataset.js'
import { resolveDevice } from '../device.js'
import { atCall } from '../errors.js'
import type { Model } from '../model/model.js'
import { loadNative } from '../native/core.js'
import { runJob } from '../native/job.js'
import { type Input, jobOptions, lazySchema, parse } from '../options.js'
import { batchOption, movingOptions, valuesOption } from './options.js'
import { rowsOf } from './record.js'

export const movedInputsOptions = lazySchema(z =>
  z.strictObject({
    unit: z.string().describe('name of a unit with a BN'),
    channels: z.array(z.int().min(0)).default([]).describe('of what the BN reads; none: all'),
    ...movingOptions(z),
    limit: valuesOption(z),
    batch: batchOption(z),
    ...jobOptions(z),
  }),
)
/** Options of movedInputs(). Values and defaults: docs/options.md. */
export type MovedInputsOptions = Input<typeof movedInputsOptions>

/** What a BN reads before and after PDA. */
export interface MovedInputsResult {
  /** What the BN reads, by channel. */
  still: Float32Array[]
  /** The same after PDA moved what the unit reads, in the same places. */
  moved: Float32Array[]
  /** Distance of its statistics from the running ones. */
  before: number
  after: number
}

/**
 * What poisoned distribution approximation does to the input of a BN. The unit's inputs are those of the model as it is;
 * in purify() the units before it are corrected already.
 *
 * @throws ERR_BAD_OPTION (also for a unit without BN), ERR_BAD_DATA, ERR_DEVICE, ERR_ABORTED
 */
export function movedInputs(
  model: Model,
  images: Dataset,
  options: MovedInputsOptions,
): Promise<MovedInputsResult> {
  return atCall(movedInputs, async () => {
    const { signal, onProgress, unit, pdaForm, pdaSteps, pdaBound, ...rest } = await parse(
      'movedInputs',
      movedInputsOptions,
      options,
    )
    const native = await loadNative()
    const job = {
      ...rest,
      device: await resolveDevice(rest.device),
      value: unit,
      form: pdaForm,
      steps: pdaSteps,
      bound: pdaBound,
    }
    const { still, moved, before, after } = await runJob(
      report => native.moveInputs(model.handle, images.imagesFor(model), job, report),
      { signal, onProgress },
    )
    return { still: rowsOf(still), moved: rowsOf(moved), before, after }
  })
}
