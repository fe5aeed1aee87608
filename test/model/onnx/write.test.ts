// What an exported file holds, and that folding BN into codes and scales changes nothing.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fromBinary } from '@bufbuild/protobuf'
import t from 'tap'
import type { ModelSpec, NodeSpec } from '../../../binding.js'
import { ModelProtoSchema } from '../../../lib/model/onnx/proto/onnx_pb.js'
import { codesOf, DataType } from '../../../lib/model/onnx/tensor.js'
import { averageMatrix } from '../../../lib/model/onnx/write/average-matrix.js'
import { type FoldedWeight, foldBatchNorm } from '../../../lib/model/onnx/write/fold.js'
import { integerReady } from '../../../lib/model/onnx/write/integer.js'
import { saveOnnx } from '../../../lib/model/onnx/write/save.js'

const bytes = (values: number[]) => new Uint8Array(Float32Array.from(values).buffer)
const floats = (shape: number[], values: number[]) => ({
  dtype: 'float32' as const,
  shape,
  data: bytes(values),
})
const node = (name: string, op: string, inputs: string[], parameters = {}, attributes = {}): NodeSpec => ({
  name,
  op,
  inputs,
  attributes,
  parameters,
})

const norm = node('bn', 'batchNorm2d', ['conv'], {}, { eps: 1e-3 })
const statistics: Record<string, number[]> = {
  weight: [-2, 0.5, 0],
  bias: [1, -1, 3],
  runningMean: [0.25, 4, 1],
  runningVar: [0.5, 2, 1],
}

for (const grid of [
  { bits: 4, symmetric: true, perChannel: false, scale: [0.5], zeroPoint: [0] },
  { bits: 4, symmetric: false, perChannel: true, scale: [0.5, 0.25, 1], zeroPoint: [3, 15, 0] },
  { bits: 3, symmetric: true, perChannel: true, scale: [0.5, 0.25, 1], zeroPoint: [0, 0, 0] },
]) {
  t.test(`folding BN: ${grid.bits} bits, ${grid.symmetric ? 'symmetric' : 'affine'}`, async t => {
    const low = grid.symmetric ? -(2 ** (grid.bits - 1)) : 0
    const codes = Int16Array.from({ length: 3 * 16 }, (_, at) => low + (at % 2 ** grid.bits))
    const own = { quantizer: grid, shape: [3, 16, 1, 1], codes, bias: Float32Array.of(0.5, -0.5, 2) }
    const folded = foldBatchNorm(own, norm, (_, role) => Float32Array.from(statistics[role] ?? []))
    const value = (
      { quantizer, codes }: Pick<FoldedWeight, 'quantizer' | 'codes'>,
      channel: number,
      at: number,
    ) => {
      const from = quantizer.perChannel ? channel : 0
      return (
        ((codes[channel * 16 + at] ?? 0) - (quantizer.zeroPoint[from] ?? 0)) * (quantizer.scale[from] ?? 0)
      )
    }
    for (let channel = 0; channel < 3; channel++) {
      const [gamma = 0, beta = 0, mean = 0, variance = 0] = Object.values(statistics).map(row => row[channel])
      const gain = gamma / Math.sqrt(variance + 1e-3)
      for (let at = 0; at < 16; at++) {
        const expected = value(own, channel, at) * gain
        const found = value(folded, channel, at)
        if (!(Math.abs(found - expected) <= 1e-6 * Math.abs(expected))) t.fail(`${channel} ${at}: ${found}`)
      }
      const bias = ((own.bias[channel] ?? 0) - mean) * gain + beta
      t.ok(Math.abs((folded.bias?.[channel] ?? 0) - bias) <= 1e-6 * Math.abs(bias), 'the bias')
    }
    t.ok(folded.codes.every(code => code >= (grid.symmetric ? -8 : 0) && code <= (grid.symmetric ? 7 : 15)))
    t.ok(folded.quantizer.scale.every(scale => scale > 0 && Math.fround(scale) === scale))
    t.equal(
      folded.codes.subarray(32).every(code => code === folded.quantizer.zeroPoint[2]),
      true,
      'no gain, no weight',
    )
  })
}

t.test('4-bit codes lie two a byte, the first in the low half', async t => {
  const stored = codesOf([-8, 7, -1], [3], { bits: 4, symmetric: true })
  t.strictSame([...stored.data], [0x78, 0x0f])
  t.equal(stored.type, DataType.INT4)
})

t.test('integer-ready: bias in steps of both scales, symmetric codes around 128', async t => {
  const input = { bits: 8, symmetric: false, perChannel: false, scale: [0.5], zeroPoint: [3] }
  const quantizer = { bits: 8, symmetric: true, perChannel: true, scale: [0.25, 0.5], zeroPoint: [0, 0] }
  const layer = { quantizer, shape: [2, 1], codes: Int16Array.of(-128, 127), bias: Float32Array.of(1, -1) }
  const ready = integerReady(layer, input)
  t.strictSame([...ready.weight.codes], [0, 255])
  t.strictSame(ready.weight.quantizer.zeroPoint, [128, 128])
  t.match(ready.bias, { codes: { 0: 8, 1: -4 }, scale: { 0: 0.125, 1: 0.25 } })
  t.equal(integerReady(layer, { ...input, bits: 4 }).bias, 'outside', 'too coarse a step for a rounded bias')
  t.equal(
    integerReady({ ...layer, bias: Float32Array.of(1, 1e30) }, input).bias,
    'outside',
    'no int32 holds it',
  )
  t.equal(integerReady(layer, undefined).bias, 'float')
})

t.test('cells of adaptive pooling: 5 numbers in 3', async t => {
  const { data } = averageMatrix(5, 3, false)
  const third = Math.fround(1 / 3)
  const rows = [0.5, 0.5, 0, 0, 0, 0, third, third, third, 0, 0, 0, 0, 0.5, 0.5]
  t.strictSame([...new Float32Array(data.buffer)], rows)
})

const graph = {
  inputShape: [1, 2, 2],
  nodes: [
    node('input', 'input', []),
    node('flat', 'flatten', ['input']),
    node('fc', 'linear', ['flat'], { weight: 'fc.weight', bias: 'fc.bias' }),
  ],
  output: 'fc',
}
const tensors: ModelSpec['tensors'] = {
  'fc.weight': floats([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]),
  'fc.bias': floats([2], [1, 2]),
}
const shapes = { input: [1, 2, 2], flat: [4], fc: [2] }
const content = (spec: Partial<ModelSpec> = {}) => ({
  spec: {
    graph,
    tensors,
    quantization: null,
    ...spec,
  },
  facts: {
    name: '/secret/model.pt',
    normalization: { mean: [0.5], deviation: [2] },
    classes: ['cat', 'dog'],
    provenance: { shellac: '0', made: 'train', settings: { seed: 1 }, from: null },
  },
})

t.test('the file: version, input, output, metadata, the same bytes', async t => {
  const folder = t.testdir({})
  const [one, two] = [join(folder, 'one.onnx'), join(folder, 'two.onnx')]
  await saveOnnx(one, content(), shapes)
  await saveOnnx(two, content(), shapes)
  const written = await readFile(one)
  t.ok(written.equals(await readFile(two)))
  t.notOk(written.includes('secret'), 'where it lay is nobody’s business')
  const model = fromBinary(ModelProtoSchema, written)
  t.equal(model.opsetImport[0]?.version, 17n)
  t.strictSame(
    model.graph?.node.map(node => node.opType),
    ['Flatten', 'Gemm'],
  )
  t.match(model.graph?.output, [{ name: 'logits' }])
  const metadata = Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, JSON.parse(value)]))
  t.match(metadata, {
    'shellac.provenance': { made: 'train' },
    'shellac.normalization': { mean: [0.5], deviation: [2] },
    'shellac.classes': ['cat', 'dog'],
  })
  t.notOk('shellac.quantization' in metadata)
})

t.test('tensors that do not fit lie in a file beside it', async t => {
  const folder = t.testdir({})
  await saveOnnx(join(folder, 'm.onnx'), content(), shapes, 16)
  t.strictSame(await readdir(folder), ['m.onnx', 'm.onnx.data'])
  const model = fromBinary(ModelProtoSchema, await readFile(join(folder, 'm.onnx')))
  const data = await readFile(join(folder, 'm.onnx.data'))
  for (const { name, externalData, rawData } of model.graph?.initializer ?? []) {
    const { location, offset, length } = Object.fromEntries(
      externalData.map(({ key, value }) => [key, value]),
    )
    t.equal(location, 'm.onnx.data')
    t.equal(rawData.length, 0)
    const expected = content().spec.tensors[name]?.data
    t.ok(expected && data.subarray(Number(offset), Number(offset) + Number(length)).equals(expected), name)
  }
})

t.test('an op without a counterpart is refused by name, and nothing is left behind', async t => {
  const folder = t.testdir({})
  const spec = {
    graph: { ...graph, nodes: [...graph.nodes, node('odd', 'teleport', ['fc'])], output: 'odd' },
  }
  await t.rejects(saveOnnx(join(folder, 'm.onnx'), content(spec), { ...shapes, odd: [2] }), {
    code: 'ERR_UNSUPPORTED_OP',
    message: /node odd: op "teleport".*safetensors/,
  })
  t.strictSame(await readdir(folder), [])
})
