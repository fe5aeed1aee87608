// State dicts of PyTorch: the logits are PyTorch's, whatever the wrapper, the precision and the layout of the storages.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createModel, datasets, loadModel, quantize } from '../../lib/index.js'
import { readSafetensors } from '../../lib/model/safetensors/read.js'
import { writeSafetensors } from '../../lib/model/safetensors/write.js'
import { toFloat32, toFloat32Paced } from '../../lib/model/state-dict/floats.js'
import { pair } from '../../lib/model/state-dict/names.js'
import { readTorchFile } from '../../lib/model/state-dict/torch-file.js'
import { Archive } from '../../lib/model/state-dict/zip.js'
import { paceOf } from '../../lib/pace.js'

interface Recorded {
  logits: Record<string, number[][]>
  codes: Record<'float16' | 'bfloat16', number[]>
  values: Record<'float16' | 'bfloat16', number[]>
  doubles: number[]
  rounded: number[]
}

const folder = join(import.meta.dirname, '../fixtures/state-dict')
const recorded = JSON.parse(readFileSync(join(folder, 'recorded.json'), 'utf8')) as Recorded
const pace = paceOf()
const architecture = { name: 'resnet18', width: 1, classes: 3, inputSize: 8 }
const images = Float32Array.from({ length: 2 * 3 * 8 * 8 }, (_, at) => ((at * 7919) % 257) / 128 - 1)

for (const [file, expected] of Object.entries(recorded.logits)) {
  t.test(`${file}: PyTorch's logits`, async t => {
    const model = await loadModel(join(folder, file), { architecture })
    const { data, shape } = await model.forward(images, [2, 3, 8, 8])
    t.strictSame(shape, [2, 3])
    const largest = Math.max(...expected.flat().map(Math.abs))
    const apart = Math.max(...expected.flat().map((value, at) => Math.abs(value - (data[at] ?? Number.NaN))))
    t.ok(apart <= 1e-5 * largest, `${apart} apart, of ${largest}`)
  })
}

t.test('numbers of other types become float32 as PyTorch has them', async t => {
  const { codes, values, doubles, rounded } = recorded
  const half = (dtype: 'float16' | 'bfloat16') => new Uint8Array(Uint16Array.from(codes[dtype]).buffer)
  t.strictSame([...(await toFloat32Paced('F16', half('float16'), pace))], values.float16)
  t.strictSame([...(await toFloat32Paced('BF16', half('bfloat16'), pace))], values.bfloat16)
  t.strictSame(
    [...(await toFloat32Paced('F64', new Uint8Array(Float64Array.from(doubles).buffer), pace))],
    rounded,
  )
  t.strictSame([...toFloat32('F16', half('float16'))], values.float16, 'all at once')
  const unaligned = new Uint8Array([9, ...half('float16')]).subarray(1)
  t.strictSame(
    [...(await toFloat32Paced('F16', unaligned, pace))],
    values.float16,
    'wherever the bytes begin',
  )
  t.strictSame(
    [...(await toFloat32Paced('F16', new Uint8Array([0, 0x7c, 0, 0xfc, 1, 0x7c]), pace))],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
  )
})

t.test('a safetensors state dict: half precision and prefixes too', async t => {
  const path = join(t.testdir({}), 'half.safetensors')
  const archive = await Archive.open(join(folder, 'half.pth'), pace)
  const stored = await readTorchFile('half.pth', archive, pace)
  const tensors = new Map<string, { dtype: string; shape: number[]; data: Uint8Array }>()
  let record = 0
  for (const [name, { dtype, shape }] of stored) {
    const data = await archive.read(`data/${record++}`, pace)
    tensors.set(`module.model.${name}`, { dtype, shape: [...shape], data })
  }
  archive.close()
  await writeSafetensors(path, { metadata: { format: 'pt' }, tensors })
  const fromPickle = await loadModel(join(folder, 'half.pth'), { architecture })
  const model = await loadModel(path, { architecture })
  t.strictSame(
    (await model.forward(images, [2, 3, 8, 8])).data,
    (await fromPickle.forward(images, [2, 3, 8, 8])).data,
  )
})

t.test('names: prefixes, counters, and what does not fit', async t => {
  const names = (...list: string[]) => new Map(list.map((name): [string, number] => [name, 0]))
  const paired = (stored: Map<string, number>, expected: string[]) => {
    const { found, missing, unexpected } = pair(stored, expected)
    return { found: [...found.keys()], missing, unexpected }
  }
  t.strictSame(paired(names('module._orig_mod.fc.bias', 'module.bn.num_batches_tracked'), ['fc.bias']), {
    found: ['fc.bias'],
    missing: [],
    unexpected: [],
  })
  t.strictSame(paired(names('model.weight', 'model.model.weight'), ['model.weight']), {
    found: ['model.weight'],
    missing: [],
    unexpected: ['model.model.weight'],
  })
  t.strictSame(paired(names('ema.fc.bias', 'other'), ['fc.bias', 'fc.weight']), {
    found: [],
    missing: ['fc.bias', 'fc.weight'],
    unexpected: ['ema.fc.bias', 'other'],
  })
})

t.test('refusals say what to do', async t => {
  const load = (file: string, options = {}) => loadModel(join(folder, file), options)
  const refused = (message: RegExp) => ({ code: 'ERR_BAD_MODEL', message })
  await t.rejects(load('plain.pth'), refused(/a state dict: 122 tensors without the graph.*architecture/))
  await t.rejects(
    load('plain.pth', { architecture: { ...architecture, classes: 4 } }),
    refused(/2 of another shape: fc\.weight \[3,8\] instead of \[4,8\], fc\.bias \[3\] instead of \[4\]/),
  )
  await t.rejects(
    load('plain.pth', { architecture: { name: 'vgg19Bn', width: 1 } }),
    refused(/missing: features\.0\.weight.*, \.\.\.; 102 unexpected: conv1\.weight.*tensors of vgg19Bn/),
  )
  await t.rejects(
    load('module.pth', { architecture }),
    refused(/the global torch\.nn\.modules\.linear\.Linear.*torch\.save\(model\.state_dict\(\)/),
  )
  await t.rejects(
    load('../graph/state-dict-legacy.pth', { architecture }),
    refused(/before PyTorch 1\.6.*python3 -c "import torch; torch\.save\(torch\.load\(/),
  )
  await t.rejects(load('plain.pth', { architecture: { name: 'lenet' } }), { code: 'ERR_BAD_OPTION' })
  await t.rejects(load('plain.pth', { architecture, signal: AbortSignal.abort() }), { code: 'ERR_ABORTED' })
})

t.test('a state dict out: the same tensors, for PyTorch and for Shellac', async t => {
  const dir = t.testdir({})
  const path = join(dir, 'dict.safetensors')
  const model = await loadModel(join(folder, 'plain.pth'), { architecture })
  await model.save(path, { format: 'state-dict' })
  const { metadata, tensors } = await readSafetensors(path)
  t.strictSame(metadata, { format: 'pt' })
  const { spec } = await model.content()
  t.strictSame([...tensors.keys()].sort(), Object.keys(spec.tensors).sort())
  const back = await loadModel(path, { architecture })
  t.strictSame(
    (await back.forward(images, [2, 3, 8, 8])).data,
    (await model.forward(images, [2, 3, 8, 8])).data,
  )
  await t.rejects(loadModel(path), { code: 'ERR_BAD_MODEL', message: /architecture/ })

  await t.rejects(model.save(join(dir, 'm.onnx'), { format: 'state-dict' }), { code: 'ERR_BAD_OPTION' })
  await t.rejects(model.save(join(dir, 'm.pth'), { format: 'state-dict' }), { code: 'ERR_BAD_OPTION' })
  await t.rejects(model.save(path, { format: 'pickle' as 'shellac' }), {
    code: 'ERR_BAD_OPTION',
    message: /one of shellac, state-dict/,
  })
  const small = await createModel('resnet18', { width: 1, channels: 1, inputSize: 28 })
  const quantized = await quantize(small, await datasets.mnist({ split: 'train', limit: 8 }), {
    calibration: 8,
  })
  await t.rejects(quantized.save(path, { format: 'state-dict' }), {
    code: 'ERR_BAD_MODEL',
    message: /no codes and scales/,
  })
  t.strictSame(readdirSync(dir), ['dict.safetensors'])
})

t.test('the architecture as text, as the command line takes it', async t => {
  const load = (text: string) => loadModel(join(folder, 'half.pth'), { architecture: text })
  t.match(await load('resnet18:width=1,classes=3,inputSize=8'), { outputs: 3, inputShape: [3, 8, 8] })
  t.match(await load('resnet18:width=1,classes=3,stem=cifar'), { inputShape: [3, 32, 32] })
  for (const text of ['lenet', 'resnet18:width', 'resnet18:', 'resnet18:width=a', 'resnet18:depth=3', '']) {
    await t.rejects(load(text), { code: text === '' ? 'ERR_BAD_MODEL' : 'ERR_BAD_OPTION' }, text)
  }
})

t.test('TorchScript archives still go to their own importer', async t => {
  const model = await loadModel(join(folder, '../graph/resnet18-cifar.traced.pt'), {
    inputShape: [3, 32, 32],
    architecture,
  })
  t.equal(model.outputs, 10)
})
