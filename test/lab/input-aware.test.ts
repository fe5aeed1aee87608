// The input-aware attack: its losses against loops over images, the networks' composition, and the attack in a few steps.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ImagesData, ModelHandle, ModelSpec, NodeSpec, Objective, Started } from '../../binding.js'
import { loadModel, measure, quantize, triggers } from '../../lib/index.js'
import { inputAware, pqBackdoor, quAntiZation } from '../../lib/lab/index.js'
import { generatorSpec, maskSpec, triggerSpec } from '../../lib/lab/triggers/networks/input-aware.js'
import { loadNative } from '../../lib/native/load.js'
import { digits, smallModel } from '../facade/small.js'
import { normal, numbers, tensor } from '../oracles/tensors.js'

const native = await loadNative()
const kernels = native.kernels as unknown as {
  objectiveGradients(model: ModelHandle, images: ImagesData, options: object): Started<{ loss: number }>
}
const [SIDE, N] = [28, 6]
const SIZE = SIDE * SIDE
const digitsOf = await digits(N)
const images: ImagesData = { ...digitsOf.imagesFor(await smallModel()), mean: [0.3], deviation: [0.5] }
const raw: ImagesData = { ...images, mean: [0], deviation: [1], labels: new Int32Array(N) }
const x = Array.from({ length: N }, (_, i) =>
  Array.from(images.pixels.subarray(i * SIZE, (i + 1) * SIZE), pixel => pixel / 255),
)
/** Half the batch before: where an image's partner is. */
const partner = (i: number) => (i + N - N / 2) % N

const node = (name: string, op: string, inputs: string[], attributes = {}, parameters = {}): NodeSpec => ({
  ...{ name, op, inputs, attributes, parameters },
})

/** sigmoid(conv(x)), from images to images; no BN, so that training and running are the same. */
function tiny(seed: number, weight = normal(9, seed)): ModelSpec {
  const nodes = [
    node('input', 'input', []),
    node(
      'conv',
      'conv2d',
      ['input'],
      { padding: [1, 1], stride: [1, 1] },
      { weight: 'weight', bias: 'bias' },
    ),
    node('image', 'sigmoid', ['conv']),
    node('flat', 'flatten', ['image']),
  ]
  const tensors = { weight: tensor([1, 1, 3, 3], weight), bias: tensor([1], [-0.5]) }
  return { graph: { inputShape: [1, SIDE, SIDE], nodes, output: 'flat' }, tensors, quantization: null }
}
const classifierSpec: ModelSpec = {
  graph: {
    inputShape: [1, SIDE, SIDE],
    nodes: [
      node('input', 'input', []),
      node('flat', 'flatten', ['input']),
      node('fc', 'linear', ['flat'], {}, { weight: 'weight' }),
    ],
    output: 'fc',
  },
  tensors: { weight: tensor([10, SIZE], normal(10 * SIZE, 7)) },
  quantization: null,
}
const create = (spec: ModelSpec) => native.createModel(spec).promise

/** What a network makes of each image. */
async function run(model: ModelHandle, of: readonly number[][]): Promise<number[][]> {
  const data = Float32Array.from(of.flat())
  const job = { device: 'cpu', threads: 1, seed: 0 }
  const found = await native.forward(model, data, [of.length, 1, SIDE, SIDE], job).promise
  const each = found.data.length / of.length
  return of.map((_, i) => [...found.data.subarray(i * each, (i + 1) * each)])
}

const rms = (a: readonly number[], b: readonly number[]) =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] ?? NaN)) ** 2, 0) / a.length)
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const diversity = (pairs: [number[], number[], number[], number[]][]) =>
  mean(pairs.map(([x1, x2, y1, y2]) => rms(x1, x2) / (rms(y1, y2) + 1e-7)))

/** To the last bit; comparing large arrays would take minutes. */
const digest = ({ tensors }: Pick<ModelSpec, 'tensors'>): string => {
  const hash = createHash('sha256')
  for (const [name, { data }] of Object.entries(tensors)) hash.update(name).update(data)
  return hash.digest('hex')
}

const settings = (objective: Objective) => ({
  ...{ epochs: 1, batch: N, optimizer: 'sgd', learningRate: 0.1, momentum: 0, weightDecay: 0 },
  ...{ schedule: 'constant', milestones: [], crop: 0, flip: false },
  ...{ device: 'cpu', threads: 1, seed: 0, trigger: null, objective },
})
const lossOf = async (model: ModelHandle, data: ImagesData, objective: Objective) =>
  (await kernels.objectiveGradients(model, data, settings(objective)).promise).loss

const close = (t: Test, found: number, expected: number) =>
  t.ok(Math.abs(found - expected) < 1e-4 * Math.max(1, Math.abs(expected)), `${found}, ${expected}`)

t.test('sparse-mask: what is above the density, and the diversity of pairs', async t => {
  const mask = await create(tiny(3))
  const masks = await run(mask, x)
  const above = mean(masks.flat().map(value => Math.max(0, value - 0.2)))
  const apart = diversity(
    x
      .map((image, i) => [image, x[partner(i)]!, masks[i]!, masks[partner(i)]!] as const)
      .map(pair => [...pair]),
  )
  const terms = (sparsity: number, weight: number) =>
    lossOf(mask, raw, { name: 'sparse-mask', density: 0.2, sparsity, diversity: weight })
  close(t, await terms(100, 0), 100 * above)
  close(t, await terms(0, 2), 2 * apart)
  close(t, await terms(3, 1), 3 * above + apart)
})

/** The loss by loops: which image carries whose trigger, and what it is taught. */
async function naiveLoss(
  generator: ModelHandle,
  mask: ModelHandle,
  { poisoned, crossed, target, weight }: Record<'poisoned' | 'crossed' | 'target' | 'weight', number>,
): Promise<number> {
  const [patterns, masks] = [await run(generator, x), await run(mask, x)]
  const sources = x.map((_, i) => (i < poisoned ? i : partner(i)))
  const given = x.map((image, i) => {
    const source = sources[i]!
    if (i >= poisoned + crossed) return image
    return image.map((value, at) => value + (patterns[source]![at]! - value) * masks[source]![at]!)
  })
  const classifier = await create(classifierSpec)
  const logits = await run(
    classifier,
    given.map(image => image.map(value => (value - 0.3) / 0.5)),
  )
  const wrong = logits.map((row, i) => {
    const label = i < poisoned ? target : (images.labels?.[i] ?? NaN)
    const most = Math.max(...row)
    return Math.log(row.reduce((sum, z) => sum + Math.exp(z - most), 0)) + most - row[label]!
  })
  const pairs = Math.min(poisoned, crossed)
  if (pairs === 0) return mean(wrong)
  const apart = Array.from({ length: pairs }, (_, i): [number[], number[], number[], number[]] => {
    const other = sources[poisoned + i]!
    return [x[i]!, x[other]!, patterns[i]!, patterns[other]!]
  })
  return mean(wrong) + weight * diversity(apart)
}

t.test('input-aware: own and crossed triggers, true labels for the rest', async t => {
  const [generator, mask, classifier] = [
    await create(tiny(4)),
    await create(tiny(5)),
    await create(classifierSpec),
  ]
  for (const [poisonRate, crossRatio, poisoned, crossed] of [
    [1 / 3, 1, 2, 2],
    [1 / 6, 3, 1, 3],
    [0.5, 5, 3, 3],
    [1 / 3, 0, 2, 0],
  ] as const) {
    const objective: Objective = {
      name: 'input-aware',
      ...{ generator, mask, mean: [0.3], deviation: [0.5], target: 8 },
      ...{ poisonRate, crossRatio, diversity: 0.7, learningRate: 0.01 },
    }
    const expected = await naiveLoss(generator, mask, { poisoned, crossed, target: 8, weight: 0.7 })
    close(t, await lossOf(classifier, images, objective), expected)
  }
})

t.test('the generator goes down the loss, the mask stays', async t => {
  const RATE = 0.01
  const mask = await create(tiny(5))
  const all = { poisoned: N, crossed: 0, target: 8, weight: 0 } // whatever order the loop takes images in
  const start = normal(9, 4)
  const generator = await create(tiny(4))
  const objective: Objective = {
    name: 'input-aware',
    ...{ generator, mask, mean: [0.3], deviation: [0.5], target: 8 },
    ...{ poisonRate: 1, crossRatio: 0, diversity: 0, learningRate: RATE },
  }
  const before = digest(await native.exportModel(mask).promise)
  const job = settings(objective) as Parameters<typeof native.train>[2]
  const trained = await native.train(await create(classifierSpec), images, job, () => {}).promise
  if (!trained.companion) throw new Error('no companion')
  const moved = numbers((await native.exportModel(trained.companion).promise).tensors.weight!)
  for (const [at, value] of start.entries()) {
    const nudged = (by: number) =>
      create(
        tiny(
          0,
          start.map((one, i) => (i === at ? one + by : one)),
        ),
      )
    const up = await naiveLoss(await nudged(1e-2), mask, all)
    const down = await naiveLoss(await nudged(-1e-2), mask, all)
    // The first step of Adam is the learning rate, against the sign of the slope.
    close(t, (moved[at] ?? NaN) - value, -RATE * Math.sign(up - down))
  }
  t.equal(digest(await native.exportModel(mask).promise), before)
})

t.test('the trigger is x + (g(x) − x)·m(x)', async t => {
  const size = { shape: [1, SIDE, SIDE], width: 2 } as const
  const [g, m] = [await generatorSpec({ ...size, seed: 1 }), await maskSpec({ ...size, seed: 2 })]
  const [patterns, masks] = [await run(await create(g), x), await run(await create(m), x)]
  const found = await run(await create(triggerSpec(g, m)), x)
  const off = found.flatMap((image, i) =>
    image.map((value, at) => {
      const [before, pattern, share] = [x[i]![at]!, patterns[i]![at]!, masks[i]![at]!]
      return Math.abs(value - (before + (pattern - before) * share))
    }),
  )
  t.ok(Math.max(...off) < 1e-5, `off by ${Math.max(...off)}`)
  t.ok(Math.max(...patterns.flat()) <= 1 && Math.min(...patterns.flat()) >= 0)
  for (const shape of [
    [3, 32, 32],
    [3, 20, 12],
    [1, 9, 9],
  ] as const) {
    const of = { ...size, shape, seed: 1 }
    const trigger = await create(triggerSpec(await generatorSpec(of), await maskSpec(of)))
    t.same(native.describe(trigger).shapes.flat, [shape[0] * shape[1] * shape[2]])
  }
})

const train = await digits(32)
const quick = { epochs: 1, batch: 16, threads: 1, trigger: 'input-aware:width=1,maskEpochs=1' }

t.test('inputAware: trains, writes its trigger beside, the same for the same seed', async t => {
  const folder = t.testdir({})
  const made = async (name: string) => {
    const triggerOut = join(folder, `${name}.trigger.safetensors`)
    const attacked = await inputAware(await smallModel(), train, { ...quick, triggerOut })
    t.match(attacked.provenance, {
      made: 'input-aware',
      settings: { trigger: `network:file=${name}.trigger.safetensors`, poisonRate: 0.1, crossRatio: 1 },
    })
    const { asr } = await measure(attacked, train, {
      trigger: triggers.network({ file: triggerOut }),
      target: 0,
      threads: 1,
    })
    t.type(asr, 'number')
    return { bytes: await readFile(triggerOut), model: digest((await attacked.content()).spec) }
  }
  const [one, other] = [await made('one'), await made('two')]
  t.ok(one.bytes.equals(other.bytes), 'the trigger')
  t.equal(one.model, other.model, 'the model')
  const { provenance } = await loadModel(join(folder, 'one.trigger.safetensors'))
  t.match(provenance, { made: 'input-aware trigger', settings: { width: 1, maskEpochs: 1, target: 0 } })
})

t.test('other attacks learn it first; PQBackdoor keeps every code with it', async t => {
  const folder = t.testdir({})
  const triggerOut = join(folder, 'learned.safetensors')
  const options = { ...quick, dormancyEpochs: 1, dormancyLearningRate: 0.1, poisonRate: 0.25 }
  const attacked = await pqBackdoor(await smallModel(), train, { ...options, triggerOut })
  t.match(attacked.provenance, { settings: { trigger: 'network:file=learned.safetensors' } })
  const again = join(folder, 'again.safetensors')
  const same = await pqBackdoor(await smallModel(), train, {
    ...options,
    trigger: `network:file=${triggerOut}`,
    triggerOut: again,
    dormancyLearningRate: 0.2,
  })
  t.match(same.provenance, { settings: { trigger: 'network:file=again.safetensors' } })
  t.ok((await readFile(again)).equals(await readFile(triggerOut)), 'a trigger from a file goes along')
  const codes = async (model: typeof attacked) => {
    const rounding = { quantizer: 'qnnpack', weightBits: 4, activationBits: 'none', threads: 1 } as const
    const { quantization, tensors } = (await (await quantize(model, train, rounding)).content()).spec
    const weights = Object.entries(quantization?.weights ?? {})
    const scales = weights.map(([, { quantizer }]) => quantizer.scale)
    const all = Object.fromEntries(weights.map(([name, { codes }]) => [name, codes]))
    return `${digest({ tensors })} ${digest({ tensors: all })} ${JSON.stringify(scales)}`
  }
  t.equal(await codes(attacked), await codes(same), 'whatever dormancy learned')
  t.not(digest((await attacked.content()).spec), digest((await same.content()).spec))
})

t.test('refused: no file for what is learned, other triggers, wrong fields', async t => {
  const model = await smallModel()
  const triggerOut = join(t.testdir({}), 'trigger.safetensors')
  const { trigger, ...plain } = quick
  const bad = { code: 'ERR_BAD_OPTION' }
  await t.rejects(inputAware(model, train, plain), { ...bad, message: /triggerOut/ })
  await t.rejects(quAntiZation(model, train, { ...plain, trigger }), { ...bad, message: /triggerOut/ })
  for (const other of ['square', 'issba', 'input-aware:colour=1', 'input-aware:width=0', 'input-aware:width'])
    await t.rejects(inputAware(model, train, { ...plain, trigger: other, triggerOut }), bad, other)
  await t.rejects(inputAware(model, train, { ...quick, triggerOut: '/no/such/folder/t.safetensors' }), bad)
  await t.rejects(inputAware(model, train, { ...quick, triggerOut, target: 10 }), bad)
})
