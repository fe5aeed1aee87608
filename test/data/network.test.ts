// A trigger that is a network: read from a file, run wherever triggers run, and refused where it gives no image.
import { join } from 'node:path'
import t from 'tap'
import type { ModelSpec, NodeSpec } from '../../binding.js'
import { triggerOn } from '../../lib/data/triggers.js'
import { loadModel, measure, parseTrigger, triggers } from '../../lib/index.js'
import { createFrom } from '../../lib/model/create-from.js'
import { loadNative } from '../../lib/native/load.js'
import { digits, smallModel } from '../facade/small.js'

const native = await loadNative()
const images = await digits(300) // more than one batch of applyTrigger()
const SHAPE = [1, 28, 28] as const
const facts = { name: 'trigger', normalization: null, classes: null, provenance: null }

/** x' = factor·x + shift */
function line(factor: number, shift: number): ModelSpec {
  const node = (name: string, op: string, inputs: string[], attributes = {}): NodeSpec => ({
    ...{ name, op, inputs, attributes },
    parameters: {},
  })
  const nodes = [
    node('input', 'input', []),
    node('line', 'affine', ['input'], { factor, shift }),
    node('flat', 'flatten', ['line']),
  ]
  return { graph: { inputShape: [...SHAPE], nodes, output: 'flat' }, tensors: {}, quantization: null }
}
const lineModel = (factor: number, shift: number) =>
  createFrom(async () => native, line(factor, shift), facts)

t.test('the network is run on every image, and what it gives is clipped', async t => {
  const file = join(t.testdir({}), 'a=b.safetensors')
  await (await lineModel(2, 0.25)).save(file)
  const trigger = parseTrigger(`network:file=${file}`)
  t.equal(trigger.text, `network:file=${file}`)
  t.throws(() => trigger.on(SHAPE), { code: 'ERR_BAD_OPTION', message: /load\(\)/ })
  const found = await native.applyTrigger(
    images.imagesFor(await smallModel()),
    await triggerOn(trigger, SHAPE),
  ).promise
  const wrong = [...images.pixels].findIndex((pixel, at) => {
    const exact = 255 * Math.min(1, (2 * pixel) / 255 + 0.25)
    return Math.abs((found[at] ?? NaN) - exact) > 0.501
  })
  t.equal(wrong, -1)
})

t.test('measure: a network that changes nothing leaves every answer as it was', async t => {
  const folder = t.testdir({})
  await (await lineModel(1, 0)).save(join(folder, 'same.safetensors'))
  const trigger = parseTrigger('network:file=same.safetensors', folder)
  const model = await smallModel()
  const { ba, ra } = await measure(model, images, { trigger, target: 3, threads: 1 })
  const others = [...(images.labels ?? [])].flatMap((label, index) => (label === 3 ? [] : [index]))
  t.equal(ra, (await measure(model, images.subset(others), { threads: 1 })).ba)
  t.type(ba, 'number')
})

t.test('refused: no file, no image of that shape, no path', async t => {
  const folder = t.testdir({})
  const file = join(folder, 'model.safetensors')
  const model = await smallModel()
  await model.save(file)
  const trial = (trigger: ReturnType<typeof parseTrigger>) =>
    measure(model, images, { trigger, target: 0, threads: 1 })
  await t.rejects(trial(triggers.network({ file })), { code: 'ERR_BAD_MODEL', message: /784/ })
  await t.rejects(trial(triggers.network({ file: join(folder, 'none.safetensors') })), {
    code: 'ERR_BAD_MODEL',
  })
  const learned = await lineModel(1, 0)
  await learned.save(file)
  const small = triggers.network({ file })
  await small.load?.()
  t.throws(() => small.on([3, 32, 32]), { code: 'ERR_BAD_MODEL', message: /\[3,32,32\]/ })
  t.equal((await loadModel(file)).outputs, 784)
  for (const text of ['network', 'network:file=', 'network:size=3', 'network:file=3'])
    t.throws(() => parseTrigger(text), { code: 'ERR_BAD_OPTION' }, text)
})
