// PQBackdoor: whatever dormancy learns, rounding gives the planted model's codes.
import { createHash } from 'node:crypto'
import t from 'tap'
import { parseTrigger } from '../../lib/data/triggers.js'
import { createModel, type Dataset, datasets, type Model, quantize } from '../../lib/index.js'
import { pqBackdoor } from '../../lib/lab/index.js'
import { runTraining } from '../../lib/lab/training.js'

type Preset = 'qnnpack' | 'fbgemm' | 'attacker' | 'minmax' | 'minmax-tensor'

const images = await datasets.mnist({ split: 'train', limit: 32, seed: 3 })
const fresh = (seed: number) => createModel('resnet18', { width: 2, channels: 1, inputSize: 28, seed })
const loop: Parameters<typeof runTraining>[3] = {
  epochs: 2,
  batch: 16,
  optimizer: 'sgd',
  learningRate: 0.3,
  momentum: 0.9,
  weightDecay: 5e-4,
  schedule: 'constant',
  milestones: [],
  crop: 0,
  flip: false,
  seed: 5,
  device: 'cpu',
  threads: 1,
}
const dormancy = (presets: Preset[], bits: number, model: Model) => ({
  objective: { name: 'pq-dormancy' as const, presets, bits, margin: 1e-3 },
  trigger: parseTrigger('square').on(model.inputShape),
})

/** Of codes, scales and every float that is left: the quantized model, to the last bit. */
async function rounded(model: Model, data: Dataset, quantizer: Preset, weightBits: number): Promise<string> {
  const options = { quantizer, weightBits, activationBits: 'none', calibration: 8, threads: 1 } as const
  return digest((await (await quantize(model, data, options)).content()).spec)
}

const digest = (content: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(content, (_, part) => (part instanceof Uint8Array ? hex(part) : part)))
    .digest('hex')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const floats = async (model: Model, name: string) => digest((await model.content()).spec.tensors[name])

t.test('dormancy: keeps every code and scale of every preset, and moves the weights', async t => {
  const cases: [number, Preset[]][] = [
    [8, ['qnnpack', 'fbgemm']],
    [4, ['qnnpack', 'fbgemm']],
    [4, ['attacker', 'minmax', 'minmax-tensor', 'fbgemm']],
    [3, ['minmax']],
  ]
  for (const [seed, [bits, presets]] of cases.entries()) {
    const model = await fresh(seed)
    const asleep = await runTraining(model, images, dormancy(presets, bits, model), loop, model.facts(), {})
    for (const preset of presets)
      t.equal(
        await rounded(asleep, images, preset, bits),
        await rounded(model, images, preset, bits),
        `${preset}, ${bits} bits`,
      )
    for (const name of ['conv1.weight', 'layer3.0.conv1.weight', 'fc.weight'])
      t.not(await floats(asleep, name), await floats(model, name), `${name} has moved`)
  }
})

t.test('dormancy: 8-bit cells keep the 4-bit codes too', async t => {
  const model = await fresh(9)
  const asleep = await runTraining(model, images, dormancy(['qnnpack'], 8, model), loop, model.facts(), {})
  t.equal(await rounded(asleep, images, 'qnnpack', 4), await rounded(model, images, 'qnnpack', 4))
  const awake = await runTraining(model, images, dormancy(['qnnpack'], 4, model), loop, model.facts(), {})
  t.not(
    await rounded(awake, images, 'qnnpack', 8),
    await rounded(model, images, 'qnnpack', 8),
    'and those of 4 bits do not keep the 8-bit codes',
  )
})

t.test('pqBackdoor: rounds to the model that stage 0 plants', async t => {
  const model = await fresh(4)
  const options = { epochs: 2, batch: 16, dormancyEpochs: 2, dormancyLearningRate: 0.1, seed: 6, threads: 1 }
  const attacked = await pqBackdoor(model, images, options)
  const plant = {
    objective: { name: 'plant-backdoor', target: 0, poisonRate: 1 / 64 },
    trigger: parseTrigger('square:size=6,margin=2,value=1').on(model.inputShape),
  } as const
  const steps = {
    ...loop,
    epochs: 2,
    schedule: 'cosine',
    learningRate: 1e-2,
    seed: 6,
  } as const satisfies Partial<typeof loop>
  const planted = await runTraining(model, images, plant, steps, model.facts(), {})
  for (const preset of ['qnnpack', 'fbgemm'] as const) {
    t.equal(await rounded(attacked, images, preset, 4), await rounded(planted, images, preset, 4), preset)
  }
  t.not(await floats(attacked, 'conv1.weight'), await floats(planted, 'conv1.weight'))
  t.match(attacked.provenance, {
    made: 'pq-backdoor',
    settings: { bits: 4, quantizers: ['qnnpack', 'fbgemm'], dormancyEpochs: 2 },
    from: null,
  })
})

t.test('pqBackdoor: refuses wrong settings', async t => {
  const model = await fresh(1)
  await t.rejects(pqBackdoor(model, images, { quantizers: [] }), { code: 'ERR_BAD_OPTION' })
  await t.rejects(pqBackdoor(model, images, { quantizers: ['mse' as 'minmax'] }), { code: 'ERR_BAD_OPTION' })
  await t.rejects(pqBackdoor(model, images, { target: 10 }), { code: 'ERR_BAD_OPTION', message: /0 to 9/ })
  await t.rejects(pqBackdoor(model, images, { poisonRate: 0 }), { code: 'ERR_BAD_OPTION' })
})
