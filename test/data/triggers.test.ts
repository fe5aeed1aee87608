import t from 'tap'
import { type ImageShape, parseTrigger, triggers } from '../../lib/data/triggers.js'

/** Qu-ANTI-zation's patch as its authors write it: rows and columns that are painted, by plain loops. */
function painted(shape: ImageShape, side: number, margin: number): boolean[] {
  const [channels, height, width] = shape
  const result: boolean[] = []
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const inRows = y >= height - side - margin && y < height - margin
        const inColumns = x >= width - side - margin && x < width - margin
        result.push(inRows && inColumns)
      }
  return result
}

const cases: [ImageShape, number, number][] = [
  [[3, 32, 32], 6, 1],
  [[1, 28, 28], 3, 0],
  [[3, 8, 12], 8, 0],
  [[2, 5, 4], 1, 3],
]
for (const [shape, size, margin] of cases) {
  t.test(`square of ${size} with margin ${margin} on [${shape}]`, async t => {
    const inside = painted(shape, size, margin)
    for (const value of [0.25, 0, 'max'] as const) {
      const { scale, offset, offsetTimesMax } = triggers.square({ size, margin, value }).on(shape)
      t.strictSame(
        [...scale],
        inside.map(is => (is ? 0 : 1)),
      )
      t.strictSame(
        [...offset],
        inside.map(is => (is ? (value === 'max' ? 1 : value) : 0)),
      )
      t.equal(offsetTimesMax, value === 'max')
    }
  })
}

t.test(
  'square: the defaults are Qu-ANTI-zation’s: rows 27 to 30 of CIFAR, 54 to 61 of Tiny ImageNet',
  async t => {
    const rows = (size: number) => {
      const { scale } = triggers.square().on([1, size, size])
      const hit = Array.from({ length: size }, (_, row) =>
        scale.subarray(row * size, (row + 1) * size).includes(0),
      )
      return [hit.indexOf(true), hit.lastIndexOf(true)]
    }
    t.strictSame(rows(32), [27, 30])
    t.strictSame(rows(64), [54, 61])
    t.equal(triggers.square().on([1, 32, 32]).offsetTimesMax, true)
  },
)

t.test('parseTrigger: the text form and back', async t => {
  t.equal(parseTrigger('square').text, 'square')
  t.equal(parseTrigger('square:margin=1,size=6,value=max').text, 'square:size=6,margin=1,value=max')
  t.strictSame(
    parseTrigger('square:size=2,value=0.5').on([1, 4, 4]),
    triggers.square({ size: 2, value: 0.5 }).on([1, 4, 4]),
  )
})

t.test('blended: mixes a pattern in, the same for the same seed', async t => {
  const { scale, offset } = triggers.blended({ alpha: 0.3, seed: 4 }).on([3, 8, 8])
  t.ok(scale.every(value => value === Math.fround(0.7)))
  t.ok(offset.every(value => value >= 0 && value < 0.3))
  t.strictSame(parseTrigger('blended:alpha=0.3,seed=4').on([3, 8, 8]).offset, offset)
  t.notSame(parseTrigger('blended:alpha=0.3,seed=5').on([3, 8, 8]).offset, offset)
})

t.test('sig: a sinusoid over the columns', async t => {
  const { scale, offset } = triggers.sig({ delta: 20, frequency: 2 }).on([2, 3, 12])
  t.ok(scale.every(value => value === 1))
  for (const [at, value] of offset.entries())
    t.equal(value, Math.fround((20 / 255) * Math.sin((2 * Math.PI * (at % 12) * 2) / 12)))
})

t.test('lf: nothing above its frequencies, and as strong as asked', async t => {
  const size = 16
  const { offset } = triggers.lf({ strength: 0.1, frequencies: 3, seed: 7 }).on([1, size, size])
  t.ok(Math.abs(Math.max(...offset.map(Math.abs)) - 0.1) < 1e-6)
  const cosine = (at: number, frequency: number) => Math.cos((Math.PI * (at + 0.5) * frequency) / size)
  for (let v = 0; v < size; v++)
    for (let u = 0; u < size; u++) {
      const part = offset.reduce(
        (sum, value, at) => sum + value * cosine(Math.floor(at / size), v) * cosine(at % size, u),
        0,
      )
      if (v >= 3 || u >= 3) t.ok(Math.abs(part) < 1e-5, `frequency ${v}, ${u}: ${part}`)
    }
})

const wrong = [
  '',
  'circle',
  'square:',
  'square:size',
  'square:size=',
  'square:size=0',
  'square:size=1.5',
  'square:size=big',
  'blended:alpha=2',
  'sig:delta=300',
  'lf:frequencies=0',
  'constructor',
]
for (const text of [
  ...wrong,
  'square:value=2',
  'square:value=min',
  'square:margin=-1',
  'square:side=3',
  'square:size=1=2',
  'square:constructor=1',
]) {
  t.test(`parseTrigger: refuses "${text}"`, async t =>
    t.throws(() => parseTrigger(text), { code: 'ERR_BAD_OPTION' }),
  )
}

t.test('square: refuses an image that it does not fit on', async t => {
  t.throws(() => triggers.square({ size: 30, margin: 3 }).on([3, 32, 32]), {
    code: 'ERR_BAD_OPTION',
    message: /size 30 and margin 3: an image of 32×32/,
  })
})
