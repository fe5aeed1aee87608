import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { ShellacError } from '../../../lib/errors.js'
import type { Cell } from '../../../lib/lab/experiments/cell.js'
import { type CellRunner, runCells } from '../../../lib/lab/experiments/engine.js'
import { CellStore, openFolder } from '../../../lib/lab/experiments/store.js'
import { cell, result, versions } from './made.js'

async function bench(out: string) {
  await openFolder(out)
  const store = new CellStore(out)
  const ran: string[] = []
  const go = (cells: Cell[], run: CellRunner, more: { signal?: AbortSignal } = {}) =>
    runCells(cells, {
      store,
      run: async one => {
        ran.push(one.id)
        return run(one)
      },
      versions,
      device: 'cpu',
      threads: 1,
      ...more,
    })
  return { store, ran, go }
}

const good: CellRunner = async ({ settings }) => result(90 + settings.seed, 5)

t.test('what is done is not done again, and lies on the disk as it was', async t => {
  const { store, ran, go } = await bench(t.testdir({}))
  const cells = [cell({ seed: 0 }), cell({ seed: 1 })]
  await go(cells, good)
  t.strictSame(
    ran,
    cells.map(({ id }) => id),
  )
  const kept = await store.read(cells[1]!.id)
  t.match(kept, {
    status: 'done',
    seed: 1,
    quantizer: 'attacker',
    mode: 'nearest',
    scores: { ba: 91, asr: 5 },
    versions,
    seconds: Number,
    settings: cells[1]!.settings,
  })
  const again = await go(cells, good)
  t.equal(ran.length, 2)
  t.strictSame(again.get(cells[1]!.id), kept)
})

t.test('a changed setting runs its cells alone', async t => {
  const { ran, go } = await bench(t.testdir({}))
  await go([cell({ bits: 4 }), cell({ bits: 8 })], good)
  const changed = cell({ bits: 8 }, { calibration: 20 })
  await go([cell({ bits: 4 }), changed], good)
  t.strictSame(ran.slice(2), [changed.id])
})

t.test('cells with the same settings share a result', async t => {
  const { ran, go } = await bench(t.testdir({}))
  await go([cell({ dataset: 'cifar10' }), cell({ dataset: 'tiny-imagenet' })], good)
  t.equal(ran.length, 1)
})

t.test(
  'a failure is recorded with its reason, the others go on, and the next run tries it again',
  async t => {
    const { store, ran, go } = await bench(t.testdir({}))
    const cells = [0, 1, 2].map(seed => cell({ seed }))
    let broken = true
    const run: CellRunner = async one => {
      if (broken && one.settings.seed === 1) {
        throw new ShellacError('ERR_BAD_DATA', { thing: 'image 7', found: 'torn' })
      }
      return good(one)
    }
    await go(cells, run)
    t.match(await store.read(cells[1]!.id), {
      status: 'failed',
      reason: 'image 7: torn',
      code: 'ERR_BAD_DATA',
    })
    t.match(await store.read(cells[2]!.id), { status: 'done' })
    broken = false
    await go(cells, run)
    t.strictSame(ran.slice(3), [cells[1]!.id])
    t.match(await store.read(cells[1]!.id), { status: 'done' })
  },
)

t.test('a cell that cannot be planned fails without being run', async t => {
  const { store, ran, go } = await bench(t.testdir({}))
  const odd = { ...cell(), problem: 'no such attack' }
  await go([odd], good)
  t.equal(ran.length, 0)
  t.match(await store.read(odd.id), { status: 'failed', reason: 'no such attack' })
})

t.test('abort and a missing machine end the run; neither is a failure of the cell', async t => {
  for (const code of ['ERR_ABORTED', 'ERR_NO_LIBTORCH', 'ERR_DEVICE'] as const) {
    const { store, go } = await bench(join(t.testdir({}), code))
    const cells = [cell({ seed: 0 }), cell({ seed: 1 })]
    const run: CellRunner = async one => {
      if (one.settings.seed === 1) throw new ShellacError(code, { thing: 'it', found: 'gone' })
      return good(one)
    }
    await t.rejects(go(cells, run), { code })
    t.equal(await store.read(cells[1]!.id), null)
    t.match(await store.read(cells[0]!.id), { status: 'done' })
  }
  const { ran, go } = await bench(t.testdir({}))
  await t.rejects(go([cell()], good, { signal: AbortSignal.abort() }), { code: 'ERR_ABORTED' })
  t.equal(ran.length, 0)
})

t.test('a torn record does not count, and what a killed run left is cleared away', async t => {
  const out = t.testdir({})
  const { store, ran, go } = await bench(out)
  const one = cell()
  await go([one], good)
  const path = join(store.folder, `${one.id}.json`)
  await writeFile(path, (await readFile(path, 'utf8')).slice(0, 40))
  t.equal(await store.read(one.id), null)
  await go([one], good)
  t.equal(ran.length, 2)
  const nobody = 2 ** 22 + 1 // above the largest process id
  await writeFile(join(out, 'models', `a.safetensors.${nobody}.${crypto.randomUUID()}.tmp`), '')
  const mine = `b.safetensors.${process.pid}.${crypto.randomUUID()}.tmp`
  await writeFile(join(out, 'models', mine), '')
  await openFolder(out)
  t.strictSame(await readdir(join(out, 'models')), [mine])
})
