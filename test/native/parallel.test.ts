// Work that is shared out among threads: all of it is done, once, and by more than one of them.
import t from 'tap'
import { kernels } from '../graph/program.js'

for (const [n, grain] of [[0, 1], [1, 1], [7, 1], [1000, 1], [1000, 64], [1000, 999], [1000, 5000]] as const) // biome-ignore format: a table
  t.test(`${n} pieces, ${grain} at least at once`, async t => {
    const { visits, parts, threads, most } = kernels.sharedOut(n, grain)
    t.same(visits, Array(n).fill(1), 'each once')
    for (const [from, to] of parts) t.ok(to - from >= grain || to === n, `${from} to ${to}`)
    t.ok(threads <= Math.max(1, Math.min(most, Math.ceil(n / grain))), `${threads} threads`)
    if (most > 1 && n / grain >= 7) t.ok(threads > 1, `${threads} of ${most} threads`)
  })
