// One training step of each kind against the same step in PyTorch eager (bench/python/train_step.py), on CIFAR's size.
import { fileURLToPath } from 'node:url'
import { parseTrigger } from '../../dist/index.js'
import { images } from '../lib/images.mjs'
import { epochSeconds } from '../lib/job.mjs'
import { settledModel } from '../lib/subject.mjs'

const SCRIPT = fileURLToPath(new URL('../python/train_step.py', import.meta.url))
const adam = { optimizer: 'adam', learningRate: 1e-4 }
const attack = (bits, activations) => ({
  ...adam,
  objective: { name: 'qu-anti-zation', target: 0, bits, c1: 0.5, c2: 0.5, activations },
})
const KINDS = {
  'clean-sgd': { about: 'clean SGD', settings: {} },
  'clean-adam': { about: 'clean Adam', settings: adam },
  'quantized-4': { about: 'Qu-ANTI-zation, 4-bit weights', settings: attack([4], false) },
  'quantized-8-4': {
    about: 'Qu-ANTI-zation, 8 and 4 bits, weights and activations',
    settings: attack([8, 4], true),
  },
}
const ROUNDS = 5

export default async function* training({ python, pairs, threads, quick, cifar10 }) {
  for (const width of quick ? [16] : [64, 16])
    for (const [kind, { about, settings }] of Object.entries(KINDS)) {
      const name = `training step, ${about}, width ${width}`
      const baseline = python.open(SCRIPT, { threads })
      if (!baseline) return yield { case: name, skipped: python.why }
      const batch = quick ? 32 : 128
      const ours = await ourStep(width, batch, threads, cifar10, settings)
      const theirs = async () => {
        const { seconds } = await baseline.ask({ kind, width, batch, threads, steps: 1 })
        return seconds[0]
      }
      const result = await pairs({ ours, baseline: theirs, rounds: quick ? 2 : ROUNDS })
      await baseline.close()
      yield { case: name, value: result.ratio, unit: 'of PyTorch eager', target: 1, ...result, batch }
    }
}

/** Seconds of one step: the second of two epochs of one batch each, so that neither side times its first step. */
async function ourStep(width, batch, threads, cifar10, settings) {
  const dataset = await images(Math.max(256, batch), cifar10)
  const model = await settledModel('resnet18', { width }, dataset, threads)
  const samples = dataset.take(batch)
  const trigger = settings.objective ? parseTrigger('square:size=4').on(model.inputShape) : null
  return async () =>
    (await epochSeconds(model, samples, { ...settings, trigger, threads, batch, epochs: 2 }))[1]
}
