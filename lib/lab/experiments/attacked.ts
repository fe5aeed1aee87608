// The model of a cell before anybody defends it: trained, and attacked.
import type { Dataset } from '../../data/dataset.js'
import { ShellacError } from '../../errors.js'
import type { ArchitectureName } from '../../model/architectures/index.js'
import { createModel } from '../../model/create.js'
import type { Model } from '../../model/model.js'
import { QuantizedModel } from '../../model/quantized.js'
import { ATTACKS, type Attack } from '../attacks/index.js'
import { train } from '../train.js'
import { type Bench, type Job, jobOf } from './bench.js'
import type { CellSettings } from './cell.js'
import type { Kept } from './models.js'

/** What the test images are does not change a model. */
const sourceOf = ({ dataset: { test: _test, ...rest } }: CellSettings) => rest

/** A clean model where there is no attack. */
export async function attackedModel(settings: CellSettings, images: Dataset, bench: Bench): Promise<Kept> {
  const job: Job = jobOf(bench)
  const { attack, clean, architecture, seed } = settings
  const base = { made: 'clean', data: sourceOf(settings), architecture, clean, seed }
  const fresh = () => newModel(settings, images)
  const begin = () =>
    bench.models.get(base, async (_path, checkpoint) =>
      train(await fresh(), images, { ...clean, checkpoint, ...job }),
    )
  if (!attack) return clean === null ? noModel() : begin()
  return bench.models.get({ ...base, made: 'attacked', attack }, async (path, checkpoint) => {
    const model = clean === null ? await fresh() : (await begin()).model
    const { run } = (ATTACKS as Record<string, Attack>)[attack.name] as Attack
    const attacked = await run(model, images, {
      ...attack.options,
      checkpoint,
      triggerOut: path.replace(/\.safetensors$/, '.trigger.safetensors'),
      ...job,
    })
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
