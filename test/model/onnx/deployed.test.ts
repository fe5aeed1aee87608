// The committed backdoored models on their way to a device: purified, exported, run by onnxruntime-node.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import {
  agreement,
  classesOf,
  type Engine,
  plain,
  scoresOf,
  triggered,
} from '../../../bench/deploy/scores.mjs'
import {
  datasets,
  loadModel,
  measure,
  onnxRunner,
  parseTrigger,
  purify,
  quantize,
} from '../../../lib/index.js'
import { withoutRuntime } from './runtime.js'

const models = fileURLToPath(new URL('../../../examples/models/', import.meta.url))
const trigger = parseTrigger('square:size=4,margin=1,value=1')
const bits = { weightBits: 4, activationBits: 'none', quantizer: 'attacker', threads: 1 } as const

t.test(
  'digits: awake after nearest rounding, asleep after purification, there as here',
  { skip: withoutRuntime },
  async t => {
    const model = await loadModel(join(models, 'mnist-qu-anti-zation.safetensors'))
    const test = await datasets.mnist({ split: 'test', limit: 200 })
    const train = await datasets.mnist({ split: 'train', limit: 256 })
    const found: Record<string, { ba: number; asr: number }> = {}
    for (const [name, made] of Object.entries({
      nearest: await quantize(model, train, bits),
      purified: await purify(model, train, { ...bits, pda: false }),
    })) {
      const path = join(t.testdir({}), `${name}.onnx`)
      await made.save(path)
      const runner = await onnxRunner(path, { threads: 1 })
      const own: Engine = {
        run: (data: Float32Array, shape: readonly number[]) => made.forward(data, [...shape], { threads: 1 }),
      }
      const classes = async (engine: Engine, images: Float32Array) =>
        classesOf(engine, images, test.shape, made.normalization!)
      const [clean, attacked] = [
        await classes(runner, plain(test)),
        await classes(runner, triggered(test, trigger)),
      ]
      found[name] = scoresOf(clean, attacked, test.labels!, 0)
      t.ok(agreement(clean, await classes(own, plain(test))) >= 99.5)
      const ours = await measure(made, test, { trigger, target: 0, threads: 1 })
      t.ok(Math.abs(ours.ba - found[name]!.ba) <= 0.5 && Math.abs(ours.asr! - found[name]!.asr) <= 0.6, name)
    }
    t.ok(found.nearest!.asr > 90, `nearest: ASR ${found.nearest!.asr}`)
    t.ok(found.purified!.asr < 3, `purified: ASR ${found.purified!.asr}`)
  },
)
