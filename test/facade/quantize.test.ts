import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Dataset, loadModel, measure, QuantizedModel, quantize } from '../../lib/index.js'
import { digits, smallModel } from './small.js'

t.test('quantize: codes on the grid, whatever the bits', async t => {
  const model = await smallModel()
  const images = await digits(64)
  for (const weightBits of [2, 4, 8]) {
    for (const quantizer of ['mse', 'minmax', 'minmax-tensor', 'attacker', 'qnnpack', 'fbgemm'] as const) {
      const options = { weightBits, activationBits: 'none', quantizer, calibration: 32 } as const
      const { spec } = await (await quantize(model, images, options)).content()
      for (const [name, { quantizer: grid, codes }] of Object.entries(spec.quantization?.weights ?? {})) {
        const values = codes.dtype === 'int8' ? new Int8Array(codes.data) : codes.data
        const low = grid.symmetric ? -(2 ** (grid.bits - 1)) : 0
        const outside = [...values].filter(code => code < low || code > low + 2 ** grid.bits - 1)
        if (outside.length > 0) t.fail(`${quantizer} ${weightBits} ${name}: ${outside}`)
      }
      t.equal(Object.keys(spec.quantization?.weights ?? {}).length, 21)
      t.strictSame(spec.quantization?.activations, {})
      t.notOk(spec.tensors['conv1.weight'], 'codes instead of floats')
    }
  }
})

t.test('quantize: reports, saves and comes back as it was', async t => {
  const path = join(t.testdir({}), 'q.safetensors')
  const images = await digits(64)
  const quantized = await quantize(await smallModel(), images, { calibration: 32, activationBits: 8 })
  t.match(quantized.report, {
    method: 'nearest',
    quantizer: 'mse',
    weightBits: 4,
    activationBits: 8,
    calibration: 32,
  })
  t.match(quantized.provenance, { made: 'quantize', settings: { data: 'mnist train', weightBits: 4 } })
  await quantized.save(path)
  const back = await loadModel(path)
  t.type(back, QuantizedModel)
  t.strictSame(back.normalization, { mean: [0.1307], deviation: [0.3081] })
  t.strictSame(back.classes, ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
  t.match(back.inspect().quantization, { preset: 'mse', weightBits: 4, activationBits: 8 })
  const data = new Float32Array(784).fill(0.5)
  t.strictSame(await back.forward(data, [1, 1, 28, 28]), await quantized.forward(data, [1, 1, 28, 28]))
  t.strictSame(await measure(back, images), await measure(quantized, images))
  const again = await readFile(path)
  await back.save(path)
  t.ok(again.equals(await readFile(path)))
})

t.test('quantize: refuses what it cannot work on', async t => {
  const model = await smallModel()
  const images = await digits(16)
  const quantized = await quantize(model, images)
  await t.rejects(quantize(quantized, images), { code: 'ERR_BAD_MODEL', message: /a quantized model/ })
  await t.rejects(quantize(model, images, { weightBits: 1 }), { code: 'ERR_BAD_OPTION' })
  await t.rejects(quantize(model, images, { activationBits: 9 }), { code: 'ERR_BAD_OPTION' })
})

t.test('quantize: ranges come from 1,024 images spread over a larger set', async t => {
  const model = await smallModel()
  const images = await digits(2048)
  const pixels = images.pixels.slice()
  for (let odd = 1; odd < images.count; odd += 2) pixels.fill(255, odd * 28 * 28, (odd + 1) * 28 * 28)
  const even = images.subset(Uint32Array.from({ length: 1024 }, (_, index) => 2 * index))
  const ranges = async (dataset: Dataset) => {
    const { spec } = await (
      await quantize(model, dataset, { quantizer: 'minmax', calibration: 2048 })
    ).content()
    return spec.quantization?.activations
  }
  t.strictSame(await ranges(new Dataset({ ...images, pixels })), await ranges(even))
})
