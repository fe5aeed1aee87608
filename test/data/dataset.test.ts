import t from 'tap'
import { Dataset, type DatasetContent } from '../../lib/data/dataset.js'

/** n images of [2, 1, 2] whose pixels tell which image they are of. */
function make(count: number, change: Partial<DatasetContent> = {}): Dataset {
  return new Dataset({
    name: 'toy',
    pixels: Uint8Array.from({ length: count * 4 }, (_, at) => Math.floor(at / 4)),
    shape: [count, 2, 1, 2],
    labels: Int32Array.from({ length: count }, (_, at) => at % 3),
    classes: ['a', 'b', 'c'],
    normalization: { mean: [0, 0], deviation: [1, 1] },
    ...change,
  })
}

const members = (set: Dataset) => Array.from({ length: set.count }, (_, at) => set.pixels[at * 4] ?? -1)

t.test('subset: images stay with their labels', async t => {
  const set = make(20).subset([7, 3, 3])
  t.strictSame(members(set), [7, 3, 3])
  t.strictSame([...(set.labels ?? [])], [1, 0, 0])
  t.strictSame(set.shape, [3, 2, 1, 2])
  t.throws(() => make(3).subset([3]), { code: 'ERR_BAD_OPTION' })
})

t.test(
  'sample: without repetition, the same seed the same images, a longer draw begins like a shorter one',
  async t => {
    const set = make(100)
    const drawn = members(set.sample(40, 5))
    t.equal(new Set(drawn).size, 40)
    t.strictSame(members(set.sample(40, 5)), drawn)
    t.strictSame(members(set.sample(60, 5)).slice(0, 40), drawn)
    t.notSame(members(set.sample(40, 6)), drawn)
    t.equal(set.sample(100, 5), set, 'nothing to draw')
  },
)

t.test('sample: every image is drawn about equally often', async t => {
  const hits = Array(10).fill(0)
  const runs = 2000
  for (let seed = 0; seed < runs; seed++) for (const image of members(make(10).sample(3, seed))) hits[image]++
  const expected = runs * 0.3
  const deviation = Math.sqrt(runs * 0.3 * 0.7)
  for (const count of hits) t.ok(Math.abs(count - expected) < 5 * deviation, `${count} against ${expected}`)
})

t.test('split: two parts that share nothing and lose nothing', async t => {
  const [one, other] = make(50).split(0.8, 1)
  t.equal(one.count, 40)
  t.strictSame(
    [...members(one), ...members(other)].sort((a, b) => a - b),
    Array.from({ length: 50 }, (_, at) => at),
  )
  t.throws(() => make(50).split(1), { code: 'ERR_BAD_OPTION' })
  t.throws(() => make(50).split(Number.NaN), { code: 'ERR_BAD_OPTION' })
})

t.test('take: the first ones', async t => {
  t.strictSame(members(make(5).take(2)), [0, 1])
  t.equal(make(5).take(99).count, 5)
  t.throws(() => make(5).take(0), { code: 'ERR_BAD_OPTION' })
})

const wrong: [string, Partial<DatasetContent>, RegExp][] = [
  ['no images', { pixels: new Uint8Array(), shape: [0, 2, 1, 2], labels: new Int32Array() }, /no images/],
  ['too few pixels', { pixels: new Uint8Array(3) }, /3 pixels; expected 8/],
  ['too few labels', { labels: new Int32Array(1) }, /1 labels; expected 2/],
  ['a label that is no class', { labels: Int32Array.of(0, 3) }, /label 3; expected 0 to 2/],
  ['a negative label', { labels: Int32Array.of(0, -1) }, /label -1/],
  ['a mean of another length', { normalization: { mean: [0], deviation: [1, 1] } }, /2 numbers each/],
  ['a deviation of zero', { normalization: { mean: [0, 0], deviation: [1, 0] } }, /deviations positive/],
]
for (const [name, change, message] of wrong) {
  t.test(`refuses ${name}`, async t => t.throws(() => make(2, change), { code: 'ERR_BAD_DATA', message }))
}

t.test('imagesFor: checks the shape; the model’s normalization wins', async t => {
  const own = { name: 'm', normalization: { mean: [9, 9], deviation: [3, 3] } }
  t.strictSame(make(1).imagesFor({ ...own, inputShape: [2, 1, 2] }).mean, [9, 9])
  t.strictSame(make(1).imagesFor({ ...own, inputShape: [2, 1, 2], normalization: null }).mean, [0, 0])
  t.throws(() => make(1).imagesFor({ ...own, inputShape: [3, 1, 2] }), {
    code: 'ERR_BAD_DATA',
    message: /shape \[2, 1, 2\]; expected \[3, 1, 2\]/,
  })
})
