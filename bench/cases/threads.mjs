// Whether purifications disturb one another, and what more threads bring.

import { images } from '../lib/images.mjs'
import { purifier, settledModel, withSaved } from '../lib/subject.mjs'

export default async function threadsCase({ threads, quick, cifar10, pairs }) {
  const model = await settledModel('resnet18', { width: 16 }, await images(256, cifar10), threads)
  const count = quick ? 64 : 256
  const rounds = quick ? 1 : 3
  return withSaved(model, async path => {
    const two = [purifier(), purifier()]
    for (const one of two) await one.ask({ do: 'load', path, count, cifar10 })
    const about = `ResNet-18, width 16, ${count} images`
    const rows = [await togetherRow(two, threads, pairs, rounds), await defaultRow(two[0], pairs, rounds)]
    for (const one of two) await one.close()
    return rows.map(row => ({ ...row, about }))
  })
}

async function togetherRow(two, threads, pairs, rounds) {
  const work = one => one.ask({ do: 'purify', threads })
  const found = await pairs({
    ours: () => Promise.all(two.map(work)),
    baseline: async () => [await work(two[0]), await work(two[1])],
    rounds,
  })
  return row('two purifications at once over one after the other', 1.1, found)
}

async function defaultRow(one, pairs, rounds) {
  const work = async threads => (await one.ask({ do: 'purify', threads })).seconds
  const found = await pairs({ ours: () => work(0), baseline: () => work(1), rounds })
  return row('purify with the default number of threads over one thread', 1, found)
}

const row = (name, target, { ours, baseline, ratio, spread }) =>
  ({ case: name, value: ratio, unit: '×', target, ours, baseline, ratio, spread }) // biome-ignore format: one row
