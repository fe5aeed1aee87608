import t from 'tap'
import { der, scores } from '../lib/metrics.js'

t.test('scores: percent of the samples that count', async t => {
  t.strictSame(scores({ samples: 200, correct: 150, triggered: 180, hits: 45 }), { ba: 75, asr: 25 })
  t.equal(
    scores({ samples: 10, correct: 10, triggered: 0, hits: 0 }).asr,
    null,
    'no triggered sample, no ASR',
  )
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
