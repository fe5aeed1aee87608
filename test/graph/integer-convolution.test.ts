// Convolutions on codes, against the same convolutions on the numbers that the codes stand for.
import t, { type Test } from 'tap'
import type { TensorData } from '../../binding.js'
import { numbers, random, tensor } from '../oracles/tensors.js'
import { type Integers, judge, kernels, Net } from './program.js'
import { floats, size } from './recorded.js'

const skip = !kernels.multipliesIntegers() && 'no instructions for it'
const BOUND = 1e-5
const ZERO_POINT = 5
const INPUT_SCALE = Math.fround(0.037)

function wholeNumbers(shape: number[], least: number, most: number, seed: number): number[] {
  const next = random(seed)
  return Array.from({ length: size(shape) }, () => least + Math.floor(next() * (most - least + 1)))
}

/** An image on the grid 0 .. levels. */
function image(shape: number[], levels: number): TensorData {
  const codes = wholeNumbers(shape, 0, levels, 1)
  return tensor(
    shape,
    codes.map(code => (code - ZERO_POINT) * INPUT_SCALE),
  )
}

/** Codes of a weight with a scale a channel, some of them negative as a folded BN makes them, and its numbers. */
function quantized(shape: number[], most: number): { integers: Integers; weight: TensorData } {
  const codes = wholeNumbers(shape, -most, most, 2)
  const scale = Array.from({ length: shape[0] ?? 0 }, (_, i) =>
    Math.fround((i % 3 === 1 ? -1 : 1) * (0.01 + i / 500)),
  )
  const each = codes.length / scale.length
  return {
    integers: {
      codes: { dtype: 'int8', shape, data: new Uint8Array(Int8Array.from(codes).buffer) } as TensorData,
      scale: tensor([scale.length], scale),
      inputScale: INPUT_SCALE,
      zeroPoint: ZERO_POINT,
    },
    weight: tensor(
      shape,
      codes.map((code, i) => code * (scale[Math.floor(i / each)] ?? 0)),
    ),
  }
}

for (const activation of ['relu', 'relu6', null])
  for (const [kernel, stride] of [[3, 1], [3, 2], [1, 1], [1, 2]] as const) // biome-ignore format: a table
    for (const norm of [true, false])
      t.test(`${kernel}×${kernel}, stride ${stride}, ${activation}, BN: ${norm}`, { skip }, async t => {
        const net = new Net(19)
        const conv = net.conv('conv', 'input', 21, { kernel, stride, bias: true })
        const value = norm ? net.norm('bn', conv) : conv
        const output = activation ? net.op(activation, 'act', [value]) : value
        const { integers, weight } = quantized([21, 19, kernel, kernel], 15)
        await agrees(t, net, output, { conv: integers }, { conv: weight }, image([3, 19, 9, 9], 15))
      })

t.test('a residual add, before and behind', { skip }, async t => {
  for (const order of ['conv first', 'conv second']) {
    const net = new Net(8)
    const value = net.norm('bn', net.conv('conv', 'input', 8))
    net.op('add', 'sum', order === 'conv first' ? [value, 'input'] : ['input', value])
    const output = net.op('relu', 'act', ['sum'])
    const { integers, weight } = quantized([8, 8, 3, 3], 7)
    await agrees(t, net, output, { conv: integers }, { conv: weight }, image([2, 8, 5, 5], 15))
  }
})

t.test('the largest codes: bytes to their ends, and sums far beyond 16 bits', { skip }, async t => {
  const net = new Net(64)
  const output = net.conv('conv', 'input', 16)
  const { integers, weight } = quantized([16, 64, 3, 3], 127)
  await agrees(t, net, output, { conv: integers }, { conv: weight }, image([2, 64, 4, 4], 255))
})

async function agrees(
  t: Test,
  net: Net,
  output: string,
  integers: Record<string, Integers>,
  weights: Record<string, TensorData>,
  input: TensorData,
) {
  net.op('flatten', 'logits', [output])
  const model = await net.create(input.shape.slice(1), 'logits')
  const whole = await judge(model, { input }, [output], { integers, weights })
  t.ok(whole.error <= BOUND, `relative error ${whole.error}`)
  t.ok(whole.sound, 'inputs untouched, the same bits again')
  t.ok(floats(whole.made[0] as TensorData).some(value => value !== 0))
  t.ok(numbers(input).some(value => value < 0))
}
