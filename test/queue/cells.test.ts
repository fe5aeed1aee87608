import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { CellEvent } from '../../lib/lab/experiments/engine.js'
import { type ExperimentInput, runExperiment } from '../../lib/lab/index.js'
import { cellsOn } from '../../lib/queue/index.js'
import { shellac } from '../cli/child.js'
import { startPlace } from './place.js'
import { noRedis } from './redis.js'

const TINY: ExperimentInput = {
  name: 'tiny',
  title: 'Tiny',
  cells: [
    { dataset: 'mnist', attack: 'qu-anti-zation', bits: 4, defence: ['none', 'lac-pda'], quantizer: 'mse' },
  ],
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

/** What a cell's numbers are, without when and how long. */
async function cellsIn(t: Test, folder: string): Promise<object[]> {
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

t.test('experiments', { skip: noRedis }, async t => {
  const place = await startPlace()
  t.teardown(place.stop)
  const { queue, folder } = place
  const [here, there] = [join(folder, 'here'), join(folder, 'there')]
  const steps = new Set<string>()
  const engine = cellsOn({
    submit: request => queue.submit(request),
    cancel: id => queue.cancel(id),
    async *watch(id, signal) {
      for await (const status of queue.watch(id, signal)) {
        if (status.progress) steps.add(status.progress.step)
        yield status
      }
    },
  })
  const trained = () => [...steps].some(step => step.startsWith('train'))

  t.test(
    'the cells are those of an experiment on this machine; another machine takes its models',
    async t => {
      const local = await runExperiment(TINY, { out: here, threads: 1 })
      t.match(local, { done: 2, failed: 0 })
      const first = await place.worker('--scratch', join(folder, 'first'))
      t.match(await runExperiment(TINY, { out: there, threads: 1, only: 'none', engine }), { done: 1 })
      t.ok(trained())
      await first.end('SIGKILL')
      steps.clear()

      await place.worker('--scratch', join(folder, 'second'))
      const ends: string[] = []
      const onCell = ({ kept, of }: CellEvent) => ends.push(`${kept} ${of}`)
      const remote = await runExperiment(TINY, { out: there, threads: 1, engine, onCell })
      t.strictSame(ends, ['true 2', 'false 2'])
      t.notOk(trained(), 'the second machine trains nothing')
      t.strictSame(await cellsIn(t, there), await cellsIn(t, here), 'the same records, in the same place')
      const numbers = ({ rows }: typeof local) => rows.map(({ seconds: _seconds, ...row }) => row)
      t.strictSame(numbers(remote), numbers(local))
      const images = (out: string) => readFile(join(out, 'datasets.json'), 'utf8')
      t.equal(await images(there), await images(here))
      t.match(await queue.counts(), { completed: 2 }, 'what is done is not asked for again')
    },
  )

  t.test('shellac experiment --queue, and shellac queue', async t => {
    const cells = [{ ...TINY.cells[0], attack: 'none', bits: 32, quantizer: 'mse', defence: 'none' }]
    const cwd = t.testdir({ 'one.json': JSON.stringify({ ...TINY, cells }) })
    const args = [
      'experiment',
      'one.json',
      '--queue',
      place.redis,
      '--threads',
      '1',
      '--out',
      'out',
      '--json',
    ]
    const { code, out, err } = await shellac(args, { cwd })
    t.equal(code, 0, err)
    t.match(JSON.parse(out), { done: 1, failed: 0, rows: [{ status: 'done', bits: 32 }] })
    const counted = await shellac(['queue', 'counts', '--redis', place.redis, '--json'])
    t.match(JSON.parse(counted.out), { completed: 3, failed: 0 })
    const unknown = await shellac(['queue', 'retry', 'x', '--redis', place.redis])
    t.match(unknown, { code: 1, err: /ERR_BAD_OPTION: job: "x"; expected a dead job/ })
  })
})
