// Several jobs at once, and jobs that are aborted at any moment.
import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { measure, type PurifyOptions, purify, type QuantizedModel } from '../../lib/index.js'
import { train } from '../../lib/lab/index.js'
import { random } from '../../lib/random.js'
import { digits, smallModel } from '../facade/small.js'

const model = await smallModel()
const images = await digits(64)
const SMALL = { columns: 64, calibration: 8, pdaSteps: 1, threads: 1 }
const purified = (options: PurifyOptions) => purify(model, images, { ...SMALL, ...options })
/** As a digest: a difference in a megabyte of tensors is not for people. */
async function bitsOf(result: QuantizedModel): Promise<string> {
  const { spec } = await result.content()
  const text = JSON.stringify(spec, (_, value) => (value instanceof Uint8Array ? [...value] : value))
  return createHash('sha256').update(text).digest('hex')
}

t.test('eight at once: each has the bits that it has alone', async t => {
  const seeds = [0, 1, 2, 3, 4, 5, 6, 7]
  const together = await Promise.all(seeds.map(seed => purified({ seed })))
  const [first, last] = [0, 7]
  for (const seed of [first, last]) {
    const alone = await bitsOf(await purified({ seed }))
    t.equal(await bitsOf(together[seed] as QuantizedModel), alone, `seed ${seed}`)
  }
  const [one, other] = [together[first], together[last]] as [QuantizedModel, QuantizedModel]
  t.not(await bitsOf(one), await bitsOf(other), 'seeds differ')
})

t.test(
  'aborted at random moments, running or waiting: each ends as aborted, and the next job works',
  async t => {
    const expected = await bitsOf(await purified({}))
    const endless = { solver: 'adam-official', iterations: 10_000_000 } as const
    const { next } = random(7)
    const starts = [
      (signal: AbortSignal) => purified({ ...endless, signal }),
      (signal: AbortSignal) => purified({ columns: 4000, calibration: 64, pdaSteps: 100_000, signal }),
      (signal: AbortSignal) => train(model, images, { epochs: 100_000, threads: 1, signal }),
      async (signal: AbortSignal) => {
        for (;;) await measure(model, images, { threads: 1, signal })
      },
    ]
    for (let index = 0; index < 12; index++) {
      const controllers = [new AbortController(), new AbortController()]
      const jobs = controllers.map(({ signal }, at) => starts[(index + at) % starts.length]?.(signal))
      const outcomes = Promise.all(jobs.map(job => job?.catch(error => error.code)))
      await setTimeout(next() * 60)
      // The one that waits first, every other time.
      for (const controller of index % 2 ? controllers : controllers.toReversed()) controller.abort()
      t.strictSame(await outcomes, ['ERR_ABORTED', 'ERR_ABORTED'])
    }
    t.equal(await bitsOf(await purified({})), expected)
  },
)
