// Against every value of the graph, made node by node.
import t from 'tap'
import { features, preActivations } from '../../lib/analysis/index.js'
import { quantize, triggers } from '../../lib/index.js'
import { digits, smallModel } from '../facade/small.js'
import { create, images, job, native, network, trigger, values } from './network.js'

const model = await create(network())
const start = (wanted: { value: string; channels: number[] }[], more: object = {}) =>
  native.recordValues(
    model,
    images,
    { ...job, wanted, trigger: null, limit: 10_000, batch: 4, ...more },
    () => {},
  ).promise
const near = (found: ArrayLike<number>, expected: number[]) =>
  found.length === expected.length && expected.every((value, at) => Math.abs(value - found[at]!) < 1e-4)

/** [n, c, 6, 6] by channel. */
const channel = (value: number[], channels: number, wanted: number) =>
  value.filter((_, at) => Math.floor(at / 36) % channels === wanted)

t.test('values of channels, image by image, with the trigger and without', async t => {
  for (const triggered of [false, true]) {
    const all = await values(model, triggered)
    const [some, whole] = await start(
      [
        { value: 'bn1', channels: [3, 1] },
        { value: 'mean', channels: [] },
      ],
      triggered ? { trigger } : {},
    )
    t.strictSame(some?.shape, [2, 9 * 36])
    t.ok(near(some!.data, [...channel(all.bn1!, 4, 3), ...channel(all.bn1!, 4, 1)]), 'channels as asked for')
    const columns = Array.from({ length: 45 }, (_, at) => all.mean![(at % 9) * 5 + Math.floor(at / 9)]!)
    t.ok(near(whole!.data, columns), 'one vector an image')
  }
})

t.test('a limit draws places by the seed alone: the same for every value', async t => {
  const wanted = ['bn1', 'relu1'].map(value => ({ value, channels: [0] }))
  const [before, after] = await start(wanted, { limit: 50 })
  t.strictSame(before?.shape, [1, 50])
  t.ok(
    near(
      after!.data,
      [...before!.data].map(value => Math.max(0, value)),
    ),
  )
  const all = [...(await start(wanted.slice(0, 1)))[0]!.data]
  const places = [...before!.data].map(value => all.indexOf(value))
  t.ok(
    places.every((place, at) => place >= (places[at - 1] ?? 0)),
    'in order',
  )
  t.ok(new Set(places).size > 35, 'from everywhere')
  t.strictSame((await start(wanted, { limit: 50, batch: 2 }))[0]?.data.length, 50)
  t.notSame((await start(wanted, { limit: 50, seed: 6 }))[0]?.data, before?.data)
})

t.test('the verbs, on a model before and after it was rounded', async t => {
  const whole = await smallModel()
  const test = await digits(10)
  const rounded = await quantize(whole, test, { weightBits: 2 })
  const unit = whole.inspect().units[3]?.name ?? ''
  const neurons = [{ unit, channel: 1 }]
  const options = { neurons, limit: 64, threads: 1 }
  const [before] = await preActivations(whole, test, options)
  const [after] = await preActivations(rounded, test, options)
  const [triggered] = await preActivations(rounded, test, { ...options, trigger: triggers.square() })
  t.match([before?.length, after?.length], [64, 64])
  t.notSame(before, after)
  t.notSame(after, triggered)
  t.ok(
    before?.some(value => value < 0),
    'before the activation function',
  )
  const { data, shape } = await features(whole, test, { threads: 1 })
  t.strictSame([data.length, shape], [160, [10, 16]])
  await t.rejects(preActivations(whole, test, { neurons: [{ unit, channel: 99 }] }), {
    code: 'ERR_BAD_OPTION',
  })
  await t.rejects(preActivations(whole, test, { neurons: [{ unit: 'none', channel: 0 }] }), {
    message: /no such unit/,
  })
})
