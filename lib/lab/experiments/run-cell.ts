// One cell for real: clean model, attack, defence, rounding, scores.
import { benignSplit } from '../../data/benign-split.js'
import type { Dataset } from '../../data/dataset.js'
import { parseTrigger, type Trigger } from '../../data/triggers.js'
import { measure } from '../../measure.js'
import type { Model } from '../../model/model.js'
import { QuantizedModel } from '../../model/quantized.js'
import { quantize } from '../../quantize.js'
import { attackIn } from '../attacks/history.js'
import { DEFENCES, type Defence } from '../defences/index.js'
import type { Analysed, Analysis } from './analyses/analysis.js'
import { ANALYSES } from './analyses/index.js'
import { attackedModel } from './attacked.js'
import { type Bench, type Job, jobOf } from './bench.js'
import type { Cell, CellResult, CellSettings, Chosen } from './cell.js'
import type { Kept } from './models.js'
import { poison } from './poison.js'

/** Errors as of the verbs and of DataShelf.get(). */
export async function runCell({ settings }: Cell, bench: Bench): Promise<CellResult> {
  const job = jobOf(bench)
  const images = await bench.data.get(settings.dataset, 'train')
  const test = await bench.data.get(settings.dataset, 'test')
  const attacked = await attackedModel(settings, images, bench)
  const trigger = triggerOf(settings, attacked)
  const defenders = await defendersImages(settings, images, attacked.model, trigger)
  const defended = await defend(settings, attacked, defenders, bench)
  const deployed = await round(settings, defended.model, defenders, job)
  const { ba, asr, ra, samples, triggered } = await measure(deployed, test, {
    trigger,
    target: settings.target,
    seed: settings.seed,
    ...job,
  })
  const models = { attacked: attacked.model, deployed }
  return {
    scores: { ba, asr, ra, samples, triggered },
    mode: modeOf(deployed),
    models: { attacked: attacked.key, ...(defended.key && { defended: defended.key }) },
    ...(settings.analysis && {
      analysed: await analyse(settings, { ...models, benign: defenders, test, trigger }, job),
    }),
  }
}

interface Analysable {
  attacked: Model
  deployed: Model
  benign: Dataset
  test: Dataset
  trigger: Trigger
}

/** Of the model as the attacker gave it away, of that rounded to nearest, and of the one that is deployed. */
async function analyse(
  settings: CellSettings,
  { attacked, deployed, benign, test, trigger }: Analysable,
  job: Job,
): Promise<Analysed> {
  const { name, options } = settings.analysis as Chosen
  const { defence, target, seed } = settings
  const subject = {
    full: attacked,
    rounded: defence ? await round(settings, attacked, benign, job) : deployed,
    defended: defence && deployed,
    defence: defence?.name ?? '',
    benign,
    test,
    trigger,
    target,
    seed,
    job,
  }
  return (ANALYSES[name] as Analysis).run(subject, options)
}

/** A learned trigger lies beside the model that the attack made. */
const triggerOf = ({ attack, trigger }: CellSettings, { model, folder }: Kept): Trigger =>
  (attack && attackIn(model.provenance, folder)?.trigger) ?? parseTrigger(trigger)

/** The benign images that every defence may use; in a test of LAC's own, some of them carry the trigger. */
async function defendersImages(
  { share, seed, poisoned }: CellSettings,
  images: Dataset,
  model: Model,
  trigger: Trigger,
): Promise<Dataset> {
  const benign = await benignSplit(images, { share, seed })
  return poisoned === 0 ? benign : poison(benign, model, trigger, poisoned, seed)
}

async function defend(
  settings: CellSettings,
  attacked: Kept,
  images: Dataset,
  bench: Bench,
): Promise<{ key?: string; model: Model }> {
  const { defence, share, poisoned, seed } = settings
  if (!defence) return { model: attacked.model }
  const { run, schema } = (DEFENCES as Record<string, Defence>)[defence.name] as Defence
  const resumes = 'checkpoint' in (await schema()).shape
  const recipe = { made: 'defended', from: attacked.key, defence, share, poisoned, seed }
  return bench.models.get(recipe, (_path, checkpoint) =>
    run(attacked.model, images, {
      ...defence.options,
      ...(resumes && { checkpoint }),
      ...jobOf(bench),
    }),
  )
}

/** Nearest rounding, where the defence is not itself the rounding. */
async function round(settings: CellSettings, model: Model, images: Dataset, job: Job): Promise<Model> {
  const { bits, activationBits, quantizer, calibration, seed } = settings
  if (quantizer === null || model instanceof QuantizedModel) return model
  type Preset = NonNullable<Parameters<typeof quantize>[2]>['quantizer']
  const preset = quantizer as Preset
  return quantize(model, images, {
    weightBits: bits,
    activationBits,
    quantizer: preset,
    calibration,
    seed,
    ...job,
  })
}

function modeOf(model: Model): string {
  if (!(model instanceof QuantizedModel)) return 'full precision'
  const made = model.provenance?.made ?? 'quantized'
  const { solver, pda } = (model.provenance?.settings ?? {}) as { solver?: string; pda?: boolean }
  if (made === 'quantize') return 'nearest'
  return solver === undefined ? made : `${made} ${solver}${pda ? ' with PDA' : ''}`
}
