import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { type ExperimentInput, runExperiment } from '../../lib/lab/index.js'
import { cellsOn } from '../../lib/queue/index.js'
import { shellac } from '../cli/child.js'
import { startPlace } from './place.js'
import { noRedis } from './redis.js'

const TINY: ExperimentInput = {
  name: 'tiny',
  title: 'Tiny',
  cells: [{ dataset: 'mnist', attack: 'qu-anti-zation', bits: 4, defence: ['none', 'lac-pda'], quantizer: 'mse' }],
  scales: {
    smoke: {
      datasets: { mnist: { source: 'mnist', train: 48, test: 30 } },
      architectures: { resnet18: { width: 1 } },
      clean: { epochs: 1 },
      attack: { epochs: 1 },
      calibration: 8,
    },
  },
}

type Tap = Parameters<NonNullable<Parameters<typeof t.test>[1]>>[0]

/** What a cell's numbers are, without when and how long. */
async function cellsIn(t: Tap, folder: string): Promise<object[]> {
  const names = (await readdir(join(folder, 'cells'))).sort()
  return Promise.all(
    names.map(async name => {
      const { seconds, finished, ...record } = JSON.parse(await readFile(join(folder, 'cells', name), 'utf8'))
      t.type(seconds, 'number')
      t.type(finished, 'string')
      return record
    }),
  )
}

t.test('an experiment on the queue has the cells of one on this machine', { skip: noRedis }, async t => {
  const place = await startPlace()
  t.teardown(place.stop)
  await place.worker('--concurrency', '2')
  const folder = t.testdir({})
  const [here, there] = [join(folder, 'here'), join(folder, 'there')]
  const local = await runExperiment(TINY, { out: here, threads: 1 })
  t.match(local, { done: 2, failed: 0 })

  const ends: string[] = []
  const remote = await runExperiment(TINY, {
    out: there,
    threads: 1,
    engine: cellsOn(place.queue),
    onCell: ({ kept, of }) => ends.push(`${kept} ${of}`),
  })
  t.strictSame(ends, ['false 2', 'false 2'])
  t.strictSame(await cellsIn(t, there), await cellsIn(t, here), 'the same records, in the same place')
  const numbers = ({ rows }: typeof local) => rows.map(({ seconds: _seconds, ...row }) => row)
  t.strictSame(numbers(remote), numbers(local))
  t.equal(await readFile(join(there, 'datasets.json'), 'utf8'), await readFile(join(here, 'datasets.json'), 'utf8'))

  const again = await runExperiment(TINY, { out: there, threads: 1, engine: cellsOn(place.queue) })
  t.strictSame(again.rows, remote.rows)
  t.match(await place.queue.counts(), { completed: 2 }, 'what is done is not asked for again')
})

t.test('shellac experiment --queue', { skip: noRedis }, async t => {
  const place = await startPlace()
  t.teardown(place.stop)
  await place.worker()
  const cells = [{ ...TINY.cells[0], attack: 'none', bits: 32, quantizer: 'mse', defence: 'none' }]
  const cwd = t.testdir({ 'one.json': JSON.stringify({ ...TINY, cells }) })
  const args = ['experiment', 'one.json', '--queue', place.redis, '--threads', '1', '--out', 'out', '--json']
  const { code, out, err } = await shellac(args, { cwd })
  t.equal(code, 0, err)
  t.match(JSON.parse(out), { done: 1, failed: 0, rows: [{ status: 'done', bits: 32 }] })
  t.match(err, /\[1\/1\]/)
  const counted = await shellac(['queue', 'counts', '--redis', place.redis, '--json'])
  t.match(JSON.parse(counted.out), { completed: 1, failed: 0 })
  const unknown = await shellac(['queue', 'retry', 'x', '--redis', place.redis])
  t.match(unknown, { code: 1, err: /ERR_BAD_OPTION: job: "x"; expected a dead job/ })
})
