import t from 'tap'
import { der, scores, spread, weightedDer } from '../lib/metrics.js'

t.test('scores: percent of the samples that count', async t => {
  t.strictSame(scores({ samples: 200, correct: 150, triggered: 180, hits: 45, robust: 126 }), {
    ba: 75,
    asr: 25,
    ra: 70,
  })
  const untriggered = scores({ samples: 10, correct: 10, triggered: 0, hits: 0, robust: 0 })
  t.match(untriggered, { asr: null, ra: null }, 'no triggered sample, no ASR and no RA')
})

t.test('der: its corners, from the definition', async t => {
  t.equal(der({ ba: 90, asr: 100 }, { ba: 90, asr: 0 }), 100, 'a backdoor that is gone at no cost')
  t.equal(der({ ba: 90, asr: 100 }, { ba: 90, asr: 100 }), 50, 'nothing changed')
  t.equal(der({ ba: 100, asr: 0 }, { ba: 0, asr: 0 }), 0, 'nothing gained, everything lost')
  t.equal(der({ ba: 90, asr: 10 }, { ba: 95, asr: 20 }), 50, 'a rising BA or ASR counts as no drop')
  t.equal(der({ ba: 90, asr: null }, { ba: 90, asr: 0 }), null)
})

t.test('der: the formula with shares, over a grid', async t => {
  const grid = [0, 13, 50, 100]
  for (const ba0 of grid)
    for (const ba1 of grid)
      for (const asr0 of grid)
        for (const asr1 of grid) {
          const shares = (Math.max(0, (asr0 - asr1) / 100) - Math.max(0, (ba0 - ba1) / 100) + 1) / 2
          const found = der({ ba: ba0, asr: asr0 }, { ba: ba1, asr: asr1 }) ?? Number.NaN
          if (Math.abs(found - 100 * shares) > 1e-9) t.fail(`${ba0} ${ba1} ${asr0} ${asr1}: ${found}`)
        }
})

t.test('weightedDer: by hand, at its corners, and at one half the DER', async t => {
  const before = { ba: 92, asr: 98 }
  const after = { ba: 90, asr: 8 }
  t.equal(weightedDer(before, after, 0.8)?.toFixed(9), (0.8 * 90 - 0.2 * 2 + 50).toFixed(9))
  t.equal(weightedDer(before, after, 1), 140, 'only ASR counts')
  t.equal(weightedDer(before, after, 0), 48, 'only BA counts')
  t.equal(weightedDer(before, after), der(before, after))
  t.equal(weightedDer({ ba: 90, asr: null }, after, 0.8), null)
  for (const weight of [-0.1, 1.1, Number.NaN])
    t.throws(() => weightedDer(before, after, weight), { code: 'ERR_BAD_OPTION', message: /0 .* to 1/ })
})

t.test('spread: mean and the deviation of the sample', async t => {
  t.strictSame(spread([2, 4, 4, 4, 5, 5, 7, 9]), { mean: 5, deviation: Math.sqrt(32 / 7), count: 8 })
  t.strictSame(
    spread([3, null, 5]),
    { mean: 4, deviation: Math.SQRT2, count: 2 },
    'what is unknown is left out',
  )
  t.strictSame(spread([3]), { mean: 3, deviation: null, count: 1 })
  t.equal(spread([null]), null)
})
