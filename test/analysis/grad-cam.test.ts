// Against finite differences through the graph's own program, and in closed form where a mean and a linear layer follow.
import t from 'tap'
import { gradCam } from '../../lib/analysis/index.js'
import { quantize, triggers } from '../../lib/index.js'
import { digits, smallModel } from '../facade/small.js'
import { kernels } from '../graph/program.js'
import { floats, tensor } from '../graph/recorded.js'
import { create, images, job, native, network, SHAPE, trigger, values } from './network.js'

const net = network()
const model = await create(net)
const [, HEIGHT, WIDTH] = SHAPE
const POSITIONS = HEIGHT * WIDTH

const start = (handle: typeof model, layer: string, target: number | null, triggered = false) =>
  native.gradCam(
    handle,
    images,
    { ...job, layer, target, trigger: triggered ? trigger : null, batch: 4 },
    () => {},
  ).promise

/** relu(Σ w_k A_k), the largest 1. The map is as large as the image: nothing is resized. */
function naive(A: number[], weights: number[]): number[] {
  const map = Array.from({ length: POSITIONS }, (_, at) =>
    Math.max(
      0,
      weights.reduce((sum, w, k) => sum + w * A[k * POSITIONS + at]!, 0),
    ),
  )
  const largest = Math.max(...map)
  return map.map(value => (largest > 0 ? value / largest : 0))
}
const error = (found: ArrayLike<number>, expected: number[]) =>
  Math.max(...expected.map((value, at) => Math.abs(value - found[at]!)))

t.test('a layer in the middle, in a residual branch: finite differences', async t => {
  const all = await values(model, true)
  const [image, target, step] = [2, 1, 0.02]
  const part = (name: string) => all[name]!.slice(image * 4 * POSITIONS, (image + 1) * 4 * POSITIONS)
  const [A, other] = [part('bn2'), part('head')]
  const score = async (changed: number[]) => {
    const given = { bn2: tensor([1, 4, HEIGHT, WIDTH], changed), head: tensor([1, 4, HEIGHT, WIDTH], other) }
    const { made } = await kernels.runProgram(model, { weights: {}, moved: [] }, given, ['fc']).promise
    return floats(made[0]!)[target]!
  }
  // The mean over positions of the slopes is the slope along all positions together.
  const weights: number[] = []
  for (let k = 0; k < 4; k++) {
    let sum = 0
    for (let at = 0; at < POSITIONS; at++) {
      const moved = (by: number) => A.map((value, i) => (i === k * POSITIONS + at ? value + by : value))
      sum += ((await score(moved(step))) - (await score(moved(-step)))) / (2 * step)
    }
    weights.push(sum / POSITIONS)
  }
  const { maps, shape, classes } = await start(model, 'bn2', target, true)
  t.strictSame(shape, [9, HEIGHT, WIDTH])
  t.ok(classes.every(which => which === target))
  const off = error(maps.subarray(image * POSITIONS, (image + 1) * POSITIONS), naive(A, weights))
  t.ok(off < 0.02, `largest difference ${off}`)
})

const fc = floats(net.tensors['fc.weight']!)
t.test('the last map, of the predicted class: the weights are those of the linear layer', async t => {
  const all = await values(model, false)
  const { maps, classes } = await start(model, 'relu3', null)
  for (let image = 0; image < 9; image++) {
    const scores = all.fc!.slice(image * 3, image * 3 + 3)
    const predicted = scores.indexOf(Math.max(...scores))
    t.equal(classes[image], predicted)
    const A = all.relu3!.slice(image * 5 * POSITIONS, (image + 1) * 5 * POSITIONS)
    const weights = fc.slice(predicted * 5, predicted * 5 + 5)
    t.ok(error(maps.subarray(image * POSITIONS, (image + 1) * POSITIONS), naive(A, weights)) < 1e-4)
  }
})

t.test('a quantized layer: its dequantized weights, and no gradient where a value was clamped', async t => {
  const spec = await native.exportModel(model).promise
  const { 'fc.weight': _replaced, ...tensors } = spec.tensors
  const codes = Int8Array.from({ length: 15 }, (_, at) => ((at * 7) % 15) - 7)
  const clampAt = 0.5
  const whole = { perChannel: false, zeroPoint: [0] }
  const quantized = await native.createModel({
    ...spec,
    tensors,
    quantization: {
      preset: 'minmax',
      weightBits: 4,
      activationBits: 8,
      weights: {
        fc: {
          quantizer: { ...whole, bits: 4, symmetric: true, scale: [0.25] },
          codes: { dtype: 'int8', shape: [3, 5], data: new Uint8Array(codes.buffer) },
        },
      },
      activations: { mean: { ...whole, bits: 8, symmetric: false, scale: [clampAt / 255] } },
    },
  }).promise
  const all = await values(model, false)
  const { maps } = await start(quantized, 'relu3', 2)
  let clamped = 0
  for (let image = 0; image < 9; image++) {
    const A = all.relu3!.slice(image * 5 * POSITIONS, (image + 1) * 5 * POSITIONS)
    const means = all.mean!.slice(image * 5, image * 5 + 5)
    const weights = means.map((mean, k) => (mean > clampAt ? 0 : codes[2 * 5 + k]! * 0.25))
    clamped += means.filter(mean => mean > clampAt).length
    t.ok(error(maps.subarray(image * POSITIONS, (image + 1) * POSITIONS), naive(A, weights)) < 1e-4)
  }
  t.ok(clamped > 0 && clamped < 45, `${clamped} of 45 clamped`)
})

t.test('a smaller map is brought to the image size bilinearly', async t => {
  const small = await smallModel()
  const test = await digits(3)
  const { maps, shape, layer } = await gradCam(small, test, { target: 3, threads: 1 })
  t.strictSame(shape, [3, 28, 28])
  const [, height, width] = small.inspect().layers.find(({ name }) => name === layer)!.shape
  t.strictSame([height, width], [4, 4])
  t.ok(maps.every(value => value >= 0 && value <= 1))
  // Between the centres of its cells (3, 10, 17, 24 pixels and a half) the map is linear, along rows and columns.
  const at = (y: number, x: number) => maps[y * 28 + x]!
  for (const y of [3, 8, 20])
    for (const from of [4, 11, 18])
      t.ok(Math.abs(at(y, from) + at(y, from + 4) - 2 * at(y, from + 2)) < 1e-5, `row ${y}, from ${from}`)
  t.equal(at(0, 0), at(3, 3), 'and constant outside of them')
})

t.test('the verb: quantized models, and what is refused', async t => {
  const small = await smallModel()
  const test = await digits(4)
  const rounded = await quantize(small, test)
  const { classes } = await gradCam(rounded, test, { trigger: triggers.square(), threads: 1 })
  t.equal(classes.length, 4)
  await t.rejects(gradCam(small, test, { layer: 'nowhere' }), { code: 'ERR_BAD_MODEL' })
  await t.rejects(gradCam(small, test, { target: 10 }), { code: 'ERR_BAD_OPTION' })
  const vector = small.inspect().layers.at(-2)!.name
  await t.rejects(gradCam(small, test, { layer: vector }), { code: 'ERR_BAD_OPTION', message: /feature map/ })
})
