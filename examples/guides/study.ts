// A study from beginning to end: train, attack, look, defend, and the 2×2 of quantizers and defences over seeds.
//   node examples/guides/study.ts [--seeds 0,1] [--width 8] [--images 8000] [--epochs 8] [--attack-epochs 12]
import { parseArgs } from 'node:util'
import {
  createModel,
  datasets,
  type MeasureResult,
  measure,
  purify,
  quantize,
  spread,
  type Trigger,
  triggers,
} from 'shellac-torch'
import { unitDrift } from 'shellac-torch/analysis'
import { quAntiZation, train } from 'shellac-torch/lab'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '0,1' },
    width: { type: 'string', default: '8' },
    images: { type: 'string', default: '8000' },
    epochs: { type: 'string', default: '8' },
    'attack-epochs': { type: 'string', default: '12' },
  },
})
const seeds = values.seeds.split(',').map(Number)
const digits = await datasets.mnist({ split: 'train', limit: Number(values.images) })
const test = await datasets.mnist({ split: 'test', limit: 1000 })
const [defenders] = digits.split(0.05, 7)

// 1. A clean model.
const fresh = await createModel('alexnet', {
  width: Number(values.width),
  channels: 1,
  inputSize: 28,
  seed: 1,
})
const clean = await train(fresh, digits, {
  epochs: Number(values.epochs),
  learningRate: 2e-3,
  weightDecay: 0,
  crop: 2,
  seed: 1,
})

// 2. A backdoor that sleeps at full precision and wakes at 4 bits.
const target = 7
const trigger = triggers.square({ size: 5, margin: 2, value: 1 })
const attacked = await quAntiZation(clean, digits, {
  trigger: trigger.text,
  target,
  bits: [4],
  c2: 1,
  epochs: Number(values['attack-epochs']),
  learningRate: 1e-3,
  schedule: 'one-cycle',
  seed: 2,
})

// 3. The 2×2: the attacker's quantizer and ours, each rounded to nearest and purified.
const whole = await measure(attacked, test, { trigger, target })
console.log(`full precision: BA ${whole.ba.toFixed(1)}, ASR ${whole.asr?.toFixed(1)}`)
for (const quantizer of ['attacker', 'mse'] as const) {
  const rounding = { weightBits: 4, activationBits: 'none', quantizer } as const
  const nearest = await quantize(attacked, defenders, rounding)
  const undefended = await measure(nearest, test, { trigger, target })
  console.log(`${quantizer}, nearest: BA ${undefended.ba.toFixed(1)}, ASR ${undefended.asr?.toFixed(1)}`)
  const scores: MeasureResult[] = []
  for (const seed of seeds) {
    const purified = await purify(attacked, defenders, { ...rounding, seed })
    scores.push(await measure(purified, test, { trigger, target, reference: nearest }))
  }
  const over = (of: (score: MeasureResult) => number | null | undefined) => {
    const found = spread(scores.map(score => of(score) ?? null))
    return found ? `${found.mean.toFixed(1)} ± ${found.deviation?.toFixed(1) ?? '–'}` : '–'
  }
  console.log(
    `${quantizer}, purified: BA ${over(s => s.ba)}, ASR ${over(s => s.asr)}, DER ${over(s => s.der)}`,
  )
}

// 4. Which unit drifts, with the trigger on the images.
const rounded = await quantize(attacked, defenders, {
  weightBits: 4,
  activationBits: 'none',
  quantizer: 'attacker',
})
const units = await unitDrift(attacked, rounded, test.take(128), { trigger })
const furthest = units.reduce((most, unit) => (unit.kl > most.kl ? unit : most))
console.log(`furthest: ${furthest.unit}, KL ${furthest.kl.toFixed(3)} nats`)

// 5. A trigger of your own, to be measured: dots on a diagonal. x' = clip(scale ⊙ x + offset, 0, 1).
const diagonal: Trigger = {
  text: 'diagonal',
  on: ([channels, height, width]) => {
    const covered = Float32Array.from({ length: channels * height * width }, (_, at) => {
      const [row, column] = [Math.floor((at % (height * width)) / width), at % width]
      return row === column && row % 2 === 0 ? 1 : 0
    })
    return { scale: covered.map(dot => 1 - dot), offset: covered, offsetTimesMax: false }
  },
}
const other = await measure(rounded, test, { trigger: diagonal, target })
console.log(`another trigger does not wake it: ASR ${other.asr?.toFixed(1)}`)
