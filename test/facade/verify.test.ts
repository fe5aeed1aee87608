import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fromBinary, toBinary } from '@bufbuild/protobuf'
import t from 'tap'
import { difference } from '../../lib/compare/difference.js'
import {
  type Dataset,
  loadModel,
  type Model,
  onnxRunner,
  quantize,
  type Runner,
  verify,
} from '../../lib/index.js'
import { ModelProtoSchema } from '../../lib/model/onnx/proto/onnx_pb.js'
import { digits, smallModel, tampered } from './small.js'

const normalization = { mean: [0.5], deviation: [0.25] }

/** A copy of a model in which the first number of a tensor is another. */
async function changed(model: Model, folder: string, tensor: string): Promise<Model> {
  const [good, bad] = [join(folder, 'good.safetensors'), join(folder, 'bad.safetensors')]
  await model.save(good)
  await tampered(good, bad, ({ tensors }) => {
    const bytes = tensors.get(tensor)?.data ?? new Uint8Array()
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    view.setFloat32(0, view.getFloat32(0, true) + 1, true)
  })
  return loadModel(bad)
}

/** Logits as an engine gives them that only shows logits. */
const engine = (name: string, model: Model, change: (logits: Float32Array) => Float32Array): Runner => ({
  name,
  engine: 'another',
  inputShape: model.inputShape,
  normalization: null,
  model: null,
  run: async (data, shape) => {
    const logits = change((await model.forward(data, shape)).data)
    return { data: logits, shape: [shape[0] ?? 0, logits.length / (shape[0] ?? 1)] }
  },
})

t.test('a model equals itself, to the last bit', async t => {
  const model = await smallModel()
  const stages: string[] = []
  const result = await verify(model, model, await digits(50), {
    tolerance: 0,
    agreement: 100,
    batch: 16,
    onProgress: ({ stage, unit, units }) => void stages.push(`${stage} ${unit}/${units}`),
  })
  t.match(result, {
    equal: true,
    images: 50,
    agreement: 100,
    largestAbsolute: 0,
    largestRelative: 0,
    firstDifference: null,
    a: { engine: 'shellac' },
  })
  t.strictSame(stages, ['verify 16/50', 'verify 32/50', 'verify 48/50', 'verify 50/50'])
})

t.test('one changed weight: the first layer that differs is named', async t => {
  const model = await smallModel()
  const images = await digits(8)
  for (const [tensor, value] of [
    ['conv1.weight', 'conv1'],
    ['layer1.1.bn2.bias', 'layer1.1.bn2'],
    ['layer2.0.conv2.weight', 'layer2.0.conv2'],
    ['layer3.0.downsample.0.weight', 'layer3.0.downsample.0'],
    ['layer4.1.bn1.running_mean', 'layer4.1.bn1'],
    ['fc.bias', 'fc'],
  ] as const) {
    const other = await changed(model, t.testdir({}), tensor)
    const result = await verify(model, other, images)
    t.equal(result.equal, false)
    t.equal(result.firstDifference?.value, value, tensor)
    t.ok((result.firstDifference?.largestRelative ?? 0) > result.tolerance)
  }
})

t.test('a quantized model against full precision: the figures are those of a naive loop', async t => {
  const model = await smallModel()
  const images = await digits(40)
  const quantized = await quantize(model, images, { calibration: 40 })
  const result = await verify(model, quantized, images, { batch: 7 })
  const naive = await naively(model, quantized, images)
  t.equal(result.equal, false)
  t.equal(result.agreement, naive.agreement)
  t.ok(Math.abs(result.largestAbsolute - naive.absolute) < 1e-6 * naive.absolute)
  t.ok(Math.abs(result.largestRelative - naive.relative) < 1e-6 * naive.relative)
  t.equal(result.firstDifference?.value, 'conv1', 'weights are rounded from the first layer on')
  // No two numbers are further apart than twice the larger one.
  const tolerant = { tolerance: 2 }
  t.match(await verify(model, quantized, images, tolerant), { equal: true, firstDifference: null })
  const wanted = result.agreement + 0.1
  t.equal(
    (await verify(model, quantized, images, { ...tolerant, agreement: Math.min(wanted, 100) })).equal,
    wanted > 100,
  )
})

/** One image at a time, with plain arrays. */
async function naively(a: Model, b: Model, images: Dataset) {
  let [agreement, absolute, relative] = [0, 0, 0]
  const { mean, deviation } = images.normalization
  for (let image = 0; image < images.count; image++) {
    const pixels = [...images.pixels.subarray(image * 784, (image + 1) * 784)]
    const data = Float32Array.from(pixels, value => (value / 255 - (mean[0] ?? 0)) / (deviation[0] ?? 1))
    const one = [...(await a.forward(data, [1, 1, 28, 28])).data]
    const other = [...(await b.forward(data, [1, 1, 28, 28])).data]
    const apart = Math.max(...one.map((value, at) => Math.abs(value - (other[at] ?? 0))))
    absolute = Math.max(absolute, apart)
    relative = Math.max(relative, apart / Math.max(...[...one, ...other].map(Math.abs)))
    if (one.indexOf(Math.max(...one)) === other.indexOf(Math.max(...other))) agreement += 100 / images.count
  }
  return { agreement, absolute, relative }
}

t.test('runners: another engine, and what it may not give', async t => {
  const model = await smallModel()
  const images = await digits(5)
  const shifted = engine('shifted', model, logits => logits.map(value => value * 1.01))
  t.match(await verify(model, shifted, images), {
    equal: false,
    agreement: 100,
    firstDifference: null,
    b: { name: 'shifted', engine: 'another' },
  })
  t.match(await verify(model, shifted, images, { tolerance: 0.011 }), { equal: true })
  const refused = (message: RegExp) => ({ code: 'ERR_BAD_MODEL', message })
  const short = engine('short', model, logits => logits.subarray(0, 45))
  await t.rejects(verify(model, short, images), refused(/10 and 9 logits/))
  const lost = engine('lost', model, logits => logits.fill(Number.NaN, 33, 34))
  await t.rejects(verify(model, lost, images), refused(/numbers for image 3 that are not finite/))
  await t.rejects(verify(model, { ...shifted, inputShape: [3, 32, 32] }, images), {
    code: 'ERR_BAD_DATA',
    message: /the input of shifted/,
  })
})

t.test('a model that does not say how it reads images reads them as the other one', async t => {
  const path = join(t.testdir({}), 'm.safetensors')
  const plain = await smallModel()
  await plain.save(path)
  const other = await loadModel(path, { normalization })
  const images = await digits(5)
  t.match(await verify(plain, other, images, { tolerance: 0 }), { equal: true })
  t.match(await verify(other, plain, images, { tolerance: 0 }), { equal: true })
  const third = await loadModel(path, { normalization: { mean: [0.1], deviation: [0.25] } })
  t.match(await verify(other, third, images), { equal: false, firstDifference: { value: 'conv1' } })
})

t.test('options and abort', async t => {
  const model = await smallModel()
  const images = await digits(5)
  await t.rejects(verify(model, model, images, { tolerance: -1 }), { code: 'ERR_BAD_OPTION' })
  await t.rejects(verify(model, model, images, { agreement: 101 }), { code: 'ERR_BAD_OPTION' })
  await t.rejects(verify(model, model, images, { signal: AbortSignal.abort() }), { code: 'ERR_ABORTED' })
})

t.test('difference: ties, zeros and signs', async t => {
  const apart = (a: number[], b: number[], count = 1) =>
    difference(Float32Array.from(a), Float32Array.from(b), count, ['a', 'b'])
  t.strictSame(apart([0, 0], [0, 0]), { absolute: 0, relative: 0, image: 0, agreeing: 1 })
  t.strictSame(apart([0, 0], [1, 0]), { absolute: 1, relative: 1, image: 0, agreeing: 1 })
  t.strictSame(apart([1, 2, 4, -8], [1, 2, -4, 8], 2), { absolute: 16, relative: 2, image: 1, agreeing: 1 })
  t.throws(() => apart([1, Number.POSITIVE_INFINITY], [1, 2]), { code: 'ERR_BAD_MODEL' })
})

t.test('an ONNX file, run by onnxruntime', async t => {
  const path = join(t.testdir({}), 'm.onnx')
  const model = await smallModel()
  await model.save(path)
  const images = await digits(20)
  const runner = await onnxRunner(path, { threads: 1 })
  t.match(runner, { inputShape: [1, 28, 28], engine: /^onnxruntime \d/ })
  const result = await verify(model, runner, images)
  t.match(result, { equal: true, agreement: 100, firstDifference: null }, JSON.stringify(result))

  const fixed = join(t.testdir({}), 'fixed.onnx')
  await model.save(fixed)
  await writeFile(fixed, withBatchOf(8, await readFile(fixed)))
  const again = await verify(model, await onnxRunner(fixed, { threads: 1 }), images)
  t.match(again, { equal: true, agreement: 100, images: 20 }, 'three runs of eight images')
  await t.rejects(onnxRunner(join(path, 'nowhere.onnx')), {
    code: 'ERR_BAD_MODEL',
    message: /onnxruntime says/,
  })
})

/** An ONNX file whose batch size is fixed, as exporters leave it by default. */
function withBatchOf(count: number, bytes: Uint8Array): Uint8Array {
  const proto = fromBinary(ModelProtoSchema, bytes)
  for (const { type } of [...(proto.graph?.input ?? []), ...(proto.graph?.output ?? [])]) {
    const tensor = type?.value.case === 'tensorType' ? type.value.value : undefined
    const [batch] = tensor?.shape?.dim ?? []
    if (batch) batch.value = { case: 'dimValue', value: BigInt(count) }
  }
  return toBinary(ModelProtoSchema, proto)
}
