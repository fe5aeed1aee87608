import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Dataset, type Progress, purify, quantize } from '../../lib/index.js'
import { digits, smallModel } from './small.js'

const quick = { calibration: 64, columns: 512, pdaSteps: 2, activationBits: 'none' } as const

t.test('purify: reports every unit, and corrects more than it spoils', async t => {
  const purified = await purify(await smallModel(), await digits(64), quick)
  const { report } = purified
  t.match(report, {
    method: 'lac',
    solver: 'closed-form',
    quantizer: 'mse',
    weightBits: 4,
    activationBits: null,
  })
  t.equal(report?.units.length, 21)
  const sum = (key: 'lossBefore' | 'lossAfter') =>
    (report?.units ?? []).reduce((total, unit) => total + unit[key], 0)
  t.ok(
    sum('lossAfter') < sum('lossBefore'),
    `${sum('lossAfter')} against ${sum('lossBefore')} of nearest rounding`,
  )
  t.notOk(report?.units.at(-1)?.pda, 'the classifier has no BN')
  t.match(purified.provenance, { made: 'purify', settings: { solver: 'closed-form', seed: 0 } })
})

t.test('purify: the same seed gives the same bytes', async t => {
  const folder = t.testdir({})
  const images = await digits(64)
  const file = async (name: string, seed: number) => {
    const path = join(folder, `${name}.safetensors`)
    await (await purify(await smallModel(), images, { ...quick, calibration: 48, seed })).save(path)
    return readFile(path)
  }
  const first = await file('one', 5)
  t.ok(first.equals(await file('two', 5)))
  t.notOk(first.equals(await file('three', 6)), 'another seed draws other images')
})

t.test('purify: progress names the unit, and the event loop goes on', async t => {
  const seen: Progress[] = []
  let ticks = 0
  const timer = setInterval(() => ticks++, 1)
  const begin = performance.now()
  await purify(await smallModel(), await digits(64), {
    ...quick,
    onProgress: progress => void seen.push(progress),
  })
  const milliseconds = performance.now() - begin
  clearInterval(timer)
  t.ok(seen.length > 0)
  for (const { unit, units, loss, etaSeconds } of seen) {
    t.ok(unit >= 0 && unit <= units)
    t.notOk(Number.isNaN(loss) || Number.isNaN(etaSeconds))
  }
  t.ok(ticks > milliseconds / 50, `${ticks} turns of the event loop in ${milliseconds} ms`)
})

t.test('purify: an abort stops it, with the signal’s reason as cause', async t => {
  const controller = new AbortController()
  const onProgress = () => controller.abort('enough')
  const endless = { ...quick, solver: 'adam-official', iterations: 10_000_000 } as const
  const work = purify(await smallModel(), await digits(64), {
    ...endless,
    signal: controller.signal,
    onProgress,
  })
  await t.rejects(work, { name: 'ShellacError', code: 'ERR_ABORTED', cause: 'enough' })
})

t.test('purify: a progress callback that throws stops it with that error; the next job runs', async t => {
  const model = await smallModel()
  const mine = new Error('mine')
  const onProgress = () => {
    throw mine
  }
  const endless = { ...quick, solver: 'adam-official', iterations: 10_000_000, onProgress } as const
  t.equal(await purify(model, await digits(64), endless).catch(error => error), mine)
  t.ok(await quantize(model, await digits(16)))
})

t.test('purify: refuses what it cannot work on', async t => {
  const model = await smallModel()
  const images = await digits(16)
  const colour = new Dataset({
    name: 'colour',
    pixels: new Uint8Array(3 * 784),
    shape: [1, 3, 28, 28],
    labels: null,
    classes: [],
    normalization: { mean: [0, 0, 0], deviation: [1, 1, 1] },
  })
  await t.rejects(purify(model, colour, quick), {
    code: 'ERR_BAD_DATA',
    message: /shape \[3, 28, 28\]; expected \[1, 28, 28\]/,
  })
  await t.rejects(purify(await quantize(model, images), images), { code: 'ERR_BAD_MODEL' })
  await t.rejects(purify(model, images, { weightBits: 0 }), { code: 'ERR_BAD_OPTION' })
  await t.rejects(purify(model, images, { device: 'cuda:99' }), { code: 'ERR_DEVICE' })
})

t.test('purify: labels are not needed', async t => {
  const { pixels, shape, classes, normalization } = await digits(32)
  const bare = new Dataset({ name: 'bare', pixels, shape, classes, normalization, labels: null })
  t.ok(await purify(await smallModel(), bare, quick))
})
