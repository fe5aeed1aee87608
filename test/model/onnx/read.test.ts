// ONNX files of PyTorch's two exporters, of others and of onnxruntime's quantizer, against what PyTorch and onnxruntime
// made of them (test/fixtures/onnx/make.py).
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { loadModel, type Model, QuantizedModel, quantize } from '../../../lib/index.js'
import { digits, smallModel } from '../../facade/small.js'
import { compare } from './runtime.js'

const folder = fileURLToPath(new URL('../../fixtures/onnx/', import.meta.url))
interface Recorded {
  cases: { name: string; shape: number[]; logits: number[] }[]
}
const { cases } = JSON.parse(await readFile(join(folder, 'recorded.json'), 'utf8')) as Recorded

/** The images of make.py: exact in every language. */
const images = (shape: number[]) =>
  Float32Array.from(
    { length: shape.reduce((product, axis) => product * axis, 1) },
    (_, i) => ((i * 7919) % 2003) / 1001.5 - 1,
  )

const forward = async (model: Model, shape: number[]): Promise<Float32Array> =>
  (await model.forward(images([2, ...shape]), [2, ...shape], { threads: 1 })).data

for (const { name, shape, logits } of cases) {
  const vendor = name.startsWith('ort-')
  t.test(`${name}: the logits that were recorded`, async t => {
    const model = await loadModel(join(folder, `${name}.onnx`))
    t.strictSame(model.inputShape, shape)
    t.equal(model instanceof QuantizedModel, vendor)
    const { difference } = compare(await forward(model, shape), Float32Array.from(logits), model.outputs)
    // Rounding to codes has ties, which ONNX rounds to even and Shellac up: one code more or less.
    t.ok(difference <= (vendor ? 2e-2 : 1e-4), `${difference}`)
  })
}

t.test('structure: BN kept or folded, names of the weights', async t => {
  const names = (model: Model) => model.inspect().units.map(unit => unit.name)
  const kept = (await loadModel(join(folder, 'resnet18-imagenet.kept.onnx'))).inspect()
  t.equal(kept.units.filter(unit => unit.batchNorm).length, 20)
  const folded = await loadModel(join(folder, 'vgg-bn.old.onnx'))
  t.equal(folded.inspect().units.filter(unit => unit.batchNorm).length, 0)
  t.ok(names(await loadModel(join(folder, 'resnet18-cifar.new.onnx'))).includes('layer1.0.conv1'))
})

t.test("onnxruntime's quantizers", async t => {
  const described = async (name: string) => {
    const { spec } = await (await loadModel(join(folder, `${name}.onnx`))).content()
    return spec.quantization
  }
  t.match(await described('ort-s4'), { weightBits: 4, activationBits: 8 })
  t.match(await described('ort-u8'), { weightBits: 8, activationBits: 8, preset: 'onnx' })
  const int8 = Object.values((await described('ort-s8'))?.weights ?? {})
  t.ok(int8.every(({ quantizer }) => quantizer.symmetric && quantizer.perChannel))
})

t.test('what Shellac wrote comes back: the same codes, facts and logits', async t => {
  const path = join(t.testdir({}), 'm.onnx')
  const data = images([1, 1, 28, 28])
  const plain = await smallModel()
  const bits = { weightBits: 4, activationBits: 4, calibration: 32, threads: 1 } as const
  for (const model of [plain, await quantize(plain, await digits(32), bits)]) {
    await model.save(path)
    const back = await loadModel(path)
    t.equal(back instanceof QuantizedModel, model instanceof QuantizedModel)
    t.strictSame(back.provenance, model.provenance)
    t.strictSame(back.normalization, model.normalization)
    t.strictSame(back.classes, model.classes)
    const [ours, theirs] = [
      await model.forward(data, [1, 1, 28, 28], { threads: 1 }),
      await back.forward(data, [1, 1, 28, 28], { threads: 1 }),
    ]
    t.ok(compare(ours.data, theirs.data, 10).difference <= (model === plain ? 1e-5 : 5e-2))
  }
})

t.test('external data stays in the folder of the model', async t => {
  const outer = t.testdir({})
  const inner = join(outer, 'inner')
  await mkdir(inner)
  const original = await readFile(join(folder, 'external.onnx'))
  const name = 'external.onnx.data'
  const renamed = async (to: string) => {
    const path = join(inner, 'm.onnx')
    t.equal(to.length, name.length, 'a name of the same length keeps the file whole')
    await writeFile(path, Buffer.from(original.toString('latin1').replaceAll(name, to), 'latin1'))
    return path
  }
  await cp(join(folder, name), join(outer, 'external.secrets'))
  const bad = (message: RegExp) => ({ code: 'ERR_BAD_MODEL', message })
  await t.rejects(loadModel(await renamed(name)), bad(/which is not there/))
  await t.rejects(loadModel(await renamed('../external.secret')), bad(/a path out of the folder/))
  await t.rejects(loadModel(await renamed('/etc/passwd.......')), bad(/no path within a folder/))
  await symlink(join(outer, 'external.secrets'), join(inner, name))
  await t.rejects(loadModel(await renamed(name)), bad(/a link out of the folder/))
})
