import t from 'tap'
import { cheapness, gapOf, median, outlierScores } from '../../lib/audit/score.js'
import { judge, withFingerprints } from '../../lib/audit/verdict.js'

/** A class that is had with `hits` of a hundred images and so large a mask. */
const found = (hits: number, maskArea: number, fullPrecisionHits = 0) => ({
  maskArea,
  tried: 100,
  quantizedHits: hits,
  fullPrecisionHits,
})
const near = (a: number, b: number) => Math.abs(a - b) < 1e-9

t.test('score: gaps are differences of shares', async t => {
  t.equal(gapOf(found(90, 1, 40)), 0.5)
  t.equal(gapOf(found(10, 1, 30)), -0.2)
  t.equal(gapOf({ maskArea: 1, tried: 0, quantizedHits: 0, fullPrecisionHits: 0 }), 0, 'nothing was tried')
})

t.test('score: cheapness is the logarithm of gap over pixels, with a least gap and a least mask', async t => {
  t.ok(near(cheapness(found(80, 40)), Math.log(0.8 / 40)))
  t.ok(near(cheapness(found(10, 50, 30)), Math.log(0.02 / 50)), 'a gap below 0.02 counts as 0.02')
  t.ok(near(cheapness(found(80, 0.1)), Math.log(0.8)), 'a mask below a pixel counts as one')
})

t.test('score: an outlier by hand', async t => {
  // Gap 1 throughout, so cheapness is −log(mask): 0, −2, −3, −4, −6. Median −3; above it 1 and 3 apart, median 2.
  const classes = [0, 2, 3, 4, 6].map(power => found(100, Math.exp(power)))
  const scores = outlierScores(classes)
  for (const [index, distance] of [3, 1, 0, -1, -3].entries())
    t.ok(near(scores[index] ?? Number.NaN, distance / (1.4826 * 2)), `class ${index}`)
})

t.test('score: classes that lie close together make no outlier of a near one', async t => {
  const scores = outlierScores([found(50, 100), found(50, 100), found(50, 100), found(50, 80)])
  t.ok(near(Math.max(...scores), Math.log(100 / 80) / 0.25), 'the least spread is 0.25')
  t.ok(near(median([3, 1, 2]), 2))
  t.ok(near(median([4, 1, 3, 2]), 2.5))
})

t.test('verdict: score and gap, in every search', async t => {
  const of = (score: number, gap: number) => [
    { class: 0, name: null, maskArea: 90, gap: 0.3, score: 0.5 },
    { class: 1, name: null, maskArea: 20, gap, score },
  ]
  t.match(judge(of(5, 0.9), 2, 2), { verdict: 'backdoored', class: 1, score: 5 })
  t.match(judge(of(5, 0.3), 2, 2), { verdict: 'suspicious', class: 1 }, 'cheap, but it hardly works')
  t.match(judge(of(5, 0.1), 2, 2), { verdict: 'clean', class: 1 }, 'a small mask that does nothing')
  t.match(judge(of(5, 0.9), 1, 2), { verdict: 'clean' }, 'the second search was not run')
  t.match(judge(of(1, 0.9), 2, 2), { verdict: 'clean', class: 1, score: 1 })
  t.match(judge([], 1, 2), { verdict: 'clean', class: null })
})

t.test('verdict: a pile of weights at the border of codes is suspicious by itself', async t => {
  const pile = (ratio: number) => ({ borderPile: { distance: 0, ratio }, collapsed: 0, flipped: 0 })
  t.equal(withFingerprints('clean', pile(30)), 'suspicious')
  t.equal(withFingerprints('clean', pile(1.2)), 'clean')
  t.equal(withFingerprints('backdoored', pile(30)), 'backdoored')
  t.equal(withFingerprints('clean', { ...pile(1), borderPile: null }), 'clean')
  t.equal(withFingerprints('clean', { ...pile(30), flipped: 0.2 }), 'clean', 'purified, say')
})
