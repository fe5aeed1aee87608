// One cell for real: clean model, attack, defence, rounding, scores.

import { benignSplit } from '../../data/benign-split.js'
import type { Dataset } from '../../data/dataset.js'
import { parseTrigger } from '../../data/triggers.js'
import { ShellacError } from '../../errors.js'
import { measure } from '../../measure.js'
import type { ArchitectureName } from '../../model/architectures/index.js'
import { createModel } from '../../model/create.js'
import type { Model } from '../../model/model.js'
import { QuantizedModel } from '../../model/quantized.js'
import type { Progress } from '../../native/progress.js'
import { quantize } from '../../quantize.js'
import { ATTACKS, type Attack } from '../attacks/index.js'
import { DEFENCES, type Defence } from '../defences/index.js'
import { train } from '../train.js'
import { runAnalysis } from './analyses.js'
import type { Cell, CellResult, CellSettings } from './cell.js'
import type { ModelCache } from './models.js'
import { poison } from './poison.js'
import type { DataShelf } from './shelf.js'

export interface Bench {
  data: DataShelf
  models: ModelCache
  device: string
  threads: number
  signal?: AbortSignal | undefined
  onProgress?: ((progress: Progress) => void) | undefined
}

type Job = Pick<Bench, 'device' | 'threads' | 'signal' | 'onProgress'>

/** Errors as of the verbs and of DataShelf.get(). */
export async function runCell({ settings }: Cell, bench: Bench): Promise<CellResult> {
  if (settings.analysis) return runAnalysis(settings.analysis)
  const { device, threads, signal, onProgress } = bench
  const job: Job = { device, threads, signal, onProgress }
  const images = await bench.data.get(settings.dataset, 'train')
  const test = await bench.data.get(settings.dataset, 'test')
  const attacked = await attackedModel(settings, images, bench, job)
  const defenders = await defendersImages(settings, images, attacked.model)
  const defended = await defend(settings, attacked, defenders, bench, job)
  const deployed = await round(settings, defended.model, defenders, job)
  const { ba, asr, ra, samples, triggered } = await measure(deployed, test, {
    trigger: parseTrigger(settings.trigger),
    target: settings.target,
    seed: settings.seed,
    ...job,
  })
  return {
    scores: { ba, asr, ra, samples, triggered },
    mode: modeOf(deployed),
    models: { attacked: attacked.key, ...(defended.key && { defended: defended.key }) },
  }
}

interface Kept {
  key: string
  model: Model
}

const sourceOf = ({ dataset: { test: _test, ...rest } }: CellSettings) => rest

/** A clean model where there is no attack. */
async function attackedModel(settings: CellSettings, images: Dataset, bench: Bench, job: Job): Promise<Kept> {
  const { attack, clean, architecture, seed } = settings
  const base = { made: 'clean', data: sourceOf(settings), architecture, clean, seed }
  const fresh = () => newModel(settings, images)
  const begin = () => bench.models.get(base, async () => train(await fresh(), images, { ...clean, ...job }))
  if (!attack) return clean === null ? noModel() : begin()
  return bench.models.get({ ...base, made: 'attacked', attack }, async () => {
    const model = clean === null ? await fresh() : (await begin()).model
    const { run } = (ATTACKS as Record<string, Attack>)[attack.name] as Attack
    const attacked = await run(model, images, { ...attack.options, ...job })
    if (attacked instanceof QuantizedModel) throw alreadyRounded(attack.name)
    return attacked
  })
}

function newModel({ architecture, seed }: CellSettings, { shape, classes }: Dataset): Promise<Model> {
  const [, channels, height] = shape
  const { name, options } = architecture
  const fitted = { ...options, channels, inputSize: height, classes: classes.length, seed }
  return createModel(name as ArchitectureName, fitted)
}

/** The benign images that every defence may use; in a test of LAC's own, some of them carry the trigger. */
async function defendersImages(settings: CellSettings, images: Dataset, model: Model): Promise<Dataset> {
  const { share, seed, poisoned, trigger } = settings
  const benign = await benignSplit(images, { share, seed })
  return poisoned === 0 ? benign : poison(benign, model, parseTrigger(trigger), poisoned, seed)
}

async function defend(
  settings: CellSettings,
  attacked: Kept,
  images: Dataset,
  bench: Bench,
  job: Job,
): Promise<{ key?: string; model: Model }> {
  const { defence, share, poisoned, seed } = settings
  if (!defence) return attacked.model ? { model: attacked.model } : noModel()
  const { run } = (DEFENCES as Record<string, Defence>)[defence.name] as Defence
  const recipe = { made: 'defended', from: attacked.key, defence, share, poisoned, seed }
  return bench.models.get(recipe, () => run(attacked.model, images, { ...defence.options, ...job }))
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

const noModel = (): never => {
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: 'cell',
    found: 'neither clean training nor an attack',
    expected: 'one of both',
  })
}

const alreadyRounded = (name: string): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: `attack ${name}`,
    found: 'it gives a quantized model',
    expected: 'one that gives a model at full precision, for the experiment to round',
  })
