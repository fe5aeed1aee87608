// Attacks and defences interrupted and resumed: whatever their objective remembers goes on too.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Checkpoint, createModel, datasets, type Model } from '../../lib/index.js'
import {
  finePruning,
  ft,
  iBau,
  inputAware,
  issba,
  mcr,
  nadPda,
  pqBackdoor,
  quAntiZation,
  qura,
  train,
  wanet,
} from '../../lib/lab/index.js'
import { interrupt, type Run, type RunOptions, stopped } from '../facade/interrupted.js'

const images = await datasets.mnist({ split: 'train', limit: 32, seed: 1 })
const model = await createModel('resnet18', { width: 2, channels: 1, inputSize: 28, seed: 3 })
// Far more epochs than it takes to be stopped: the work must not be at its end when the word arrives.
const loop = { epochs: 8, batch: 16, threads: 1, seed: 5 }
const folder = t.testdir({})
const triggerOut = join(folder, 'trigger.safetensors')

/** With how far progress gets before it is stopped; see reaches(). */
const CASES: Record<string, [Run, number]> = {
  'train, SGD with crops and flips': [
    control => train(model, images, { ...loop, optimizer: 'sgd', crop: 2, flip: true, ...control }),
    2,
  ],
  'qu-anti-zation, Adam, the best epoch': [
    control => quAntiZation(model, images, { ...loop, bits: [4], ...control }),
    1,
  ],
  'qu-anti-zation, after it has planted': [
    control => quAntiZation(model, images, { ...loop, bits: [8], plantEpochs: 1, ...control }),
    2,
  ],
  'pq-backdoor, in its second stage': [
    control => pqBackdoor(model, images, { ...loop, epochs: 1, dormancyEpochs: 8, ...control }),
    2,
  ],
  'wanet, with its own draws': [control => wanet(model, images, { ...loop, ...control }), 2],
  'input-aware, with two networks': [
    control =>
      inputAware(model, images, {
        ...loop,
        ...{ trigger: 'input-aware:width=2,maskEpochs=1', poisonRate: 0.3, triggerOut },
        ...control,
      }),
    2,
  ],
  'issba, while its encoder learns': [
    control =>
      issba(model, images, {
        ...loop,
        epochs: 1,
        trigger: 'issba:bits=4,width=2,epochs=8',
        triggerOut,
        ...control,
      }),
    2,
  ],
  'qura, a quantizer': [control => qura(model, images, { ...loop, calibration: 32, ...control }), 2],
  ft: [control => ft(model, images, { ...loop, ...control }), 1],
  'fine-pruning': [control => finePruning(model, images, { ...loop, ...control }), 2],
  'nad-pda, in its second stage': [
    control => nadPda(model, images, { ...loop, epochs: 6, teacherEpochs: 1, pdaSteps: 1, ...control }),
    1,
  ],
  'mcr, on its curve': [control => mcr(model, images, { ...loop, epochs: 1, curveEpochs: 8, ...control }), 2],
  'i-bau': [
    control => iBau(model, images, { rounds: 8, iterations: 2, batch: 16, threads: 1, ...control }),
    1,
  ],
}

/** True at that epoch; those of earlier stages count, unless a stage has only one. */
function reaches(wanted: number): (progress: { unit: number; stage: string }) => boolean {
  let before = 0
  let last = 0
  return ({ unit, stage }) => {
    if (stage !== 'train' && stage !== 'unlearn') return false
    if (unit < last) before += last + 1
    last = unit
    return before + unit >= wanted
  }
}

for (const [name, [run, epoch]] of Object.entries(CASES))
  t.test(`checkpoints: ${name}: resumed at epoch ${epoch}, the same bytes`, async t => {
    const { whole, resumed, error, seen, left } = await interrupt(t.testdir({}), run, reaches(epoch))
    t.match(error, { code: 'ERR_ABORTED', message: /the work so far is kept in/ })
    t.ok(whole.equals(resumed))
    t.ok((seen[0]?.unit ?? 0) >= epoch, `the first that is heard of it is epoch ${seen[0]?.unit}`)
    t.notOk(left)
  })

t.test('checkpoints: several calls share one, and go on from the second of them', async t => {
  const folder = t.testdir({})
  const path = join(folder, 'work.checkpoint')
  const bytes = async (made: Model) => {
    const to = join(folder, 'made.safetensors')
    await made.save(to)
    return readFile(to)
  }
  const both = async ({ checkpoint, ...control }: RunOptions) => {
    const shared = checkpoint === undefined ? {} : { checkpoint }
    const clean = await train(model, images, { ...loop, ...shared, ...control })
    return quAntiZation(clean, images, { ...loop, bits: [4], ...shared, ...control })
  }
  const whole = await both({})
  await stopped(path, both, reaches(loop.epochs + 1))
  const checkpoint = new Checkpoint(path)
  const stages: number[] = []
  const resumed = await both({ checkpoint, onProgress: ({ unit }) => void stages.push(unit) })
  t.ok((await bytes(whole)).equals(await bytes(resumed)))
  t.ok((stages[0] ?? 0) >= 1, `goes on at epoch ${stages[0]} of the attack`)
  await t.rejects(
    ft(model, images, { ...loop, checkpoint: path }),
    { code: 'ERR_BAD_OPTION', message: /other settings/ },
    'it is there until it is removed',
  )
  await checkpoint.remove()
  t.equal(checkpoint.onDisk, false)
})
