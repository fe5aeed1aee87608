// Against PDA on the unit's input alone, and a convolution by plain loops.
import t from 'tap'
import { movedInputs } from '../../lib/analysis/index.js'
import { quantize } from '../../lib/index.js'
import { digits, smallModel } from '../facade/small.js'
import { floats, tensor } from '../graph/recorded.js'
import { columnsOf } from '../oracles/convolution.js'
import { purifyKernels } from '../purify/kernels.js'
import { create, images, job, native, network, values } from './network.js'

const net = network()
const model = await create(net)
const pda = { form: 'official' as const, steps: 5, bound: 0.05 }
const start = (value: string, more: object = {}) =>
  native.moveInputs(
    model,
    images,
    { ...job, ...pda, value, channels: [2], limit: 10_000, batch: 4, ...more },
    () => {},
  ).promise

/** Channel 2 of a 3×3 convolution of 4 channels, image by image. */
function convolved(x: number[], weight: number[]): number[] {
  return Array.from({ length: 9 }, (_, image) => {
    const one = x.slice(image * 144, (image + 1) * 144)
    const [columns] = columnsOf(one, [4, 6, 6], { shape: [4, 4, 3, 3], padding: 1 })
    return columns!.map(column => column.reduce((sum, value, k) => sum + value * weight[72 + k]!, 0))
  }).flat()
}
const error = (found: ArrayLike<number>, expected: number[]) =>
  Math.max(...expected.map((value, at) => Math.abs(value - found[at]!)))

t.test('what the BN reads, before and after its inputs were moved', async t => {
  const x = (await values(model, false)).head!
  const weight = net.tensors['conv1.weight']!
  const { approximate } = await purifyKernels()
  const layer = { op: 'conv2d' as const, attributes: { padding: [1, 1] }, weight }
  const running = { mean: net.tensors['bn1.mean']!, variance: net.tensors['bn1.var']! }
  const expected = approximate(layer, running, tensor([9, 4, 6, 6], x), { ...pda, skipRepeats: true })
  const found = await start('conv1')
  t.ok(error(found.still.data, convolved(x, floats(weight))) < 1e-4)
  const moved = convolved(floats(expected.moved), floats(weight))
  // Where a gradient is as good as zero, rounding decides its sign: a few elements may go another way.
  const off = moved.filter((value, at) => Math.abs(value - found.moved.data[at]!) > 1e-3).length
  t.ok(off <= 0.03 * moved.length, `${off} of ${moved.length} differ`)
  t.ok(error(found.moved.data, [...found.still.data]) > 0.01, 'they were moved')
  t.ok(Math.abs(found.before / expected.before - 1) < 1e-4)
  t.ok(Math.abs(found.after / expected.after - 1) < 1e-2 && found.after < found.before)
})

t.test('a unit without BN is refused', async t => {
  await t.rejects(start('conv3'), { code: 'ERR_BAD_OPTION', message: /no BN/ })
  await t.rejects(start('bn1'), { code: 'ERR_BAD_OPTION' })
})

t.test('the verb, on a quantized model', async t => {
  const rounded = await quantize(await smallModel(), await digits(16))
  const unit = rounded.inspect().units[2]?.name ?? ''
  const found = await movedInputs(rounded, await digits(8), { unit, limit: 100, threads: 1 })
  t.equal(found.still.length, 2)
  t.match([found.still[0]?.length, found.moved[0]?.length], [100, 100])
  t.ok(found.after < found.before)
})
