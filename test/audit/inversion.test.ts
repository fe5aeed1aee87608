// The loss of the trigger search against a loop over classes, images and pixels, and its gradient against differences.
import t from 'tap'
import { type Dataset, type Model, quantize } from '../../lib/index.js'
import { digits, smallModel } from '../facade/small.js'
import { normal, tensor } from '../oracles/tensors.js'
import { auditKernels } from './kernels.js'

const { inversionLosses } = await auditKernels()
const [CLASSES, IMAGES, PIXELS] = [3, 6, 28 * 28]
const AREA_WEIGHT = 8
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** −log softmax(logits)[index] */
function crossEntropy(logits: Float32Array, index: number): number {
  const largest = Math.max(...logits)
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0)
  return largest + Math.log(sum) - (logits[index] ?? 0)
}

async function losses(
  models: [Model, Model],
  images: Dataset,
  mask: number[],
  pattern: number[],
): Promise<number[]> {
  const labels = images.labels as Int32Array
  const { mean, deviation } = images.normalization
  const found: number[] = []
  for (let k = 0; k < CLASSES; k++) {
    const stamped = Float32Array.from(images.pixels, (byte, at) => {
      const pixel = k * PIXELS + (at % PIXELS)
      const m = sigmoid(mask[pixel]!)
      return ((1 - m) * (byte / 255) + m * sigmoid(pattern[pixel]!) - mean[0]!) / deviation[0]!
    })
    const [full, rounded] = await Promise.all(models.map(model => model.forward(stamped, images.shape)))
    let sum = 0
    let count = 0
    for (const [image, label] of labels.entries()) {
      if (label === k) continue
      const row = (of: typeof full) => of!.data.subarray(image * 10, image * 10 + 10)
      sum += crossEntropy(row(rounded), k) + crossEntropy(row(full), label)
      count++
    }
    const area = mask.slice(k * PIXELS, (k + 1) * PIXELS).reduce((total, x) => total + sigmoid(x), 0)
    found.push(sum / Math.max(1, count) + (AREA_WEIGHT * area) / PIXELS)
  }
  return found
}

const start = () => ({
  mask: normal(CLASSES * PIXELS, 1).map(x => x - 1),
  pattern: normal(CLASSES * PIXELS, 2),
})
const kernel = ([full, rounded]: [Model, Model], images: Dataset, mask: number[], pattern: number[]) =>
  inversionLosses(full.handle, rounded.handle, images.imagesFor(full), {
    classes: [0, 1, 2],
    mask: tensor([CLASSES, 1, 28, 28], mask),
    pattern: tensor([CLASSES, 1, 28, 28], pattern),
    areaWeight: AREA_WEIGHT,
  })

t.test('inversion: the loss of each class, weights and values quantized, BN folded or not', async t => {
  const model = await smallModel()
  const images = await digits(IMAGES)
  const { mask, pattern } = start()
  for (const activationBits of ['none', 8] as const) {
    const quantized = await quantize(model, images, { activationBits, quantizer: 'minmax' })
    const found = kernel([model, quantized], images, mask, pattern).losses
    const expected = await losses([model, quantized], images, mask, pattern)
    // A value on the border of two codes may fall to either side: a step of one of 8 bits.
    const bound = activationBits === 'none' ? 1e-4 : 0.02
    for (const [k, loss] of found.entries())
      t.ok(
        Math.abs(loss - expected[k]!) < bound * expected[k]!,
        `class ${k}: ${loss}, ${expected[k]} expected`,
      )
  }
})

t.test('inversion: the gradient by mask and pattern', async t => {
  const model = await smallModel()
  const quantized = await quantize(model, await digits(16), { activationBits: 'none', quantizer: 'attacker' })
  const models: [Model, Model] = [model, quantized]
  const images = await digits(IMAGES)
  const { mask, pattern } = start()
  const found = kernel(models, images, mask, pattern)
  const direction = normal(CLASSES * PIXELS, 3)
  const step = 1e-3
  for (const which of ['mask', 'pattern'] as const) {
    const along = (sign: number) => {
      const moved = { mask, pattern }
      moved[which] = moved[which].map((x, at) => x + sign * step * direction[at]!)
      return kernel(models, images, moved.mask, moved.pattern).losses.reduce((a, b) => a + b)
    }
    const slope = (along(1) - along(-1)) / (2 * step)
    const expected = found[which].reduce((sum, g, at) => sum + g * direction[at]!, 0)
    t.ok(
      Math.abs(slope - expected) < 0.05 * Math.abs(expected) + 1e-3,
      `${which}: ${slope}, ${expected} expected`,
    )
  }
})
