import t from 'tap'
import { parseTrigger } from '../../lib/index.js'
import { ATTACKS, type AttackName } from '../../lib/lab/attacks/index.js'
import { poisoned, poisonedIndices } from '../../lib/lab/attacks/poisoned.js'
import { digits, smallModel } from '../facade/small.js'

const images = await digits(60)
const model = await smallModel()
const plan = { target: 3, poisonRate: 0.25, cleanLabel: false, seed: 5 }

t.test('so many images are poisoned, the same for the same seed', async t => {
  const indices = poisonedIndices(images, plan)
  t.equal(indices.length, 15)
  t.equal(new Set(indices).size, 15)
  t.same(poisonedIndices(images, plan), indices)
  t.notSame(poisonedIndices(images, { ...plan, seed: 6 }), indices)
})

t.test('clean-label: of the target class alone', async t => {
  const members = [...(images.labels ?? [])].filter(label => label === 3).length
  const indices = poisonedIndices(images, { ...plan, poisonRate: 0.5, cleanLabel: true })
  t.equal(indices.length, Math.round(0.5 * members))
  t.ok(indices.every(index => images.labels?.[index] === 3))
})

t.test('a rate that leaves no image is refused', async t =>
  t.throws(() => poisonedIndices(images, { ...plan, poisonRate: 0.001 }), { code: 'ERR_BAD_DATA' }),
)

t.test('poisoned images carry trigger and target, the others are as they were', async t => {
  const trigger = parseTrigger('square:size=4,margin=0,value=1').on(model.inputShape)
  const made = await poisoned(images, model, { ...plan, trigger }, {})
  const chosen = new Set(poisonedIndices(images, plan))
  const size = 28 * 28
  for (let index = 0; index < images.count; index++) {
    const [now, before] = [made, images].map(({ pixels }) =>
      pixels.subarray(index * size, (index + 1) * size),
    )
    if (chosen.has(index)) {
      t.equal(made.labels?.[index], 3)
      t.equal(now?.[size - 1], 255, 'the corner is white')
    } else {
      t.equal(made.labels?.[index], images.labels?.[index])
      t.same(now, before)
    }
  }
})

for (const name of ['badnets', 'blended', 'sig', 'lf'] as AttackName[])
  t.test(`${name}: trains, and writes into the history what it did`, async t => {
    const attacked = await ATTACKS[name].run(model, images, {
      epochs: 1,
      batch: 16,
      threads: 1,
      poisonRate: 0.5,
    })
    t.equal(attacked.provenance?.made, name)
    t.type(attacked.provenance?.settings.trigger, 'string')
  })
