// purify() interrupted and resumed; and files that are not what it kept.
import { rmSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Kept } from '../../binding.js'
import { readCheckpoint, writeCheckpoint } from '../../lib/checkpoint/file.js'
import { Checkpoint, type Progress, type PurifyOptions, purify } from '../../lib/index.js'
import { brecq } from '../../lib/lab/index.js'
import { interrupt, type Run, stopped } from './interrupted.js'
import { digits, smallModel, tampered } from './small.js'

const model = await smallModel()
const images = await digits(240)
const quick = { calibration: 64, columns: 512, pdaSteps: 2, threads: 1, seed: 3 } as const
const purifying =
  (options: PurifyOptions): Run =>
  control =>
    purify(model, images, { ...quick, ...options, ...control })

const CASES: Record<string, [Run, number]> = {
  'closed form with PDA, W4A4': [purifying({}), 9],
  'closed form, images that join late': [
    purifying({ calibration: 240, columns: 3000, activationBits: 'none' }),
    18,
  ],
  'adam-official': [purifying({ solver: 'adam-official', iterations: 6 }), 4],
  'brecq, by blocks': [
    control => brecq(model, images, { calibration: 32, batch: 4, threads: 1, iterations: 6, ...control }),
    3,
  ],
}

for (const [name, [run, unit]] of Object.entries(CASES))
  t.test(`checkpoint: ${name}: resumed after unit ${unit}, the same bytes`, async t => {
    const { whole, resumed, error, left } = await interrupt(
      t.testdir({}),
      run,
      progress => progress.unit >= unit,
    )
    t.match(error, { code: 'ERR_ABORTED', message: /the work so far is kept in .*work\.checkpoint/ })
    t.ok(whole.equals(resumed))
    t.notOk(left, 'the checkpoint is gone')
  })

t.test('checkpoint: what is done is not done again', async t => {
  const folder = t.testdir({})
  const path = join(folder, 'work.checkpoint')
  const whole = await purify(model, images, quick)
  await stopped(path, purifying({}), progress => progress.unit >= 15)
  const [stage] = (await readCheckpoint(path)) ?? []
  const { report } = await purify(model, images, { ...quick, checkpoint: path })
  const rows = new Float64Array(stage?.kept?.reports?.data.slice().buffer ?? new ArrayBuffer(0))
  t.ok(rows.length >= 15 * 8)
  for (let unit = 0; unit < rows.length / 8; unit++)
    t.equal(report?.units[unit]?.seconds, rows[unit * 8 + 7], `unit ${unit} took what it took then`)
  const untimed = (units = whole.report?.units) => units?.map(({ seconds: _seconds, ...rest }) => rest)
  t.strictSame(untimed(report?.units), untimed(), 'the other figures are those of a run at one go')
})

t.test('checkpoint: other work, by what is different', async t => {
  const path = join(t.testdir({}), 'work.checkpoint')
  await stopped(path, purifying({}), progress => progress.unit >= 2)
  const before = await readFile(path)
  const refused = (run: Promise<unknown>, found: RegExp) =>
    t.rejects(run, { code: 'ERR_BAD_OPTION', message: found })
  await refused(purifying({ weightBits: 3 })({ checkpoint: path }), /other work: other settings;.*Delete it/)
  await refused(purifying({ seed: 4 })({ checkpoint: path }), /other images, other settings/)
  await refused(purify(await smallModel(2), images, { ...quick, checkpoint: path }), /another model;/)
  await refused(purify(model, await digits(100), { ...quick, checkpoint: path }), /other images;/)
  await refused(brecq(model, images, { checkpoint: path }), /purify instead of brecq/)
  t.ok(before.equals(await readFile(path)), 'the file stays as it was')
})

t.test('checkpoint: damaged, forged and foreign files are refused', async t => {
  const folder = t.testdir({})
  const at = (name: string) => join(folder, name)
  const path = at('work.checkpoint')
  await stopped(path, purifying({}), progress => progress.unit >= 2)
  const bytes = await readFile(path)
  const refused = (name: string, code: string, message: RegExp) =>
    t.rejects(purifying({})({ checkpoint: at(name) }), { code, message }, name)
  for (const size of [0, 7, 40, bytes.length >> 1, bytes.length - 1]) {
    await writeFile(at('cut'), bytes.subarray(0, size))
    await refused('cut', 'ERR_BAD_DATA', /checkpoint .*cut: a damaged file/)
  }
  const flipped = Buffer.from(bytes)
  flipped.writeUInt8(flipped.readUInt8(flipped.length - 3) ^ 1, flipped.length - 3)
  await writeFile(at('flipped'), flipped)
  await refused('flipped', 'ERR_BAD_DATA', /content that was changed/)
  await tampered(path, at('unknown'), ({ metadata }) => {
    metadata.stages = '[{"work":"purify"}]'
  })
  await refused('unknown', 'ERR_BAD_DATA', /damaged/)
  const forge = async (name: string, change: (kept: Kept) => void) => {
    const stages = (await readCheckpoint(path)) ?? []
    change(stages[0]?.kept ?? {})
    await writeCheckpoint(at(name), stages)
  }
  await forge('codes', kept => kept['codes/layer1.0.conv1']?.data.fill(127))
  await refused('codes', 'ERR_BAD_DATA', /codes of layer1.0.conv1: a code off the grid/)
  await forge('no-generator', kept => void delete kept.generator)
  await refused('no-generator', 'ERR_BAD_DATA', /'generator' in the checkpoint: nothing/)
  await forge('generator', kept => kept.generator?.data.fill(255))
  await refused('generator', 'ERR_BAD_DATA', /no state of a generator/)
  await forge('reports', kept => {
    kept.reports = { dtype: 'float64', shape: [2, 3], data: new Uint8Array(48) }
  })
  await refused('reports', 'ERR_BAD_DATA', /'reports' in the checkpoint: Double \[2, 3\]/)
  await model.save(at('model.safetensors'))
  await refused('model.safetensors', 'ERR_BAD_OPTION', /a file of another kind.*Name another file/)
  await refused('nowhere/work', 'ERR_BAD_OPTION', /no folder/)
})

t.test('checkpoint: one that cannot be written stops the work, and says why', async t => {
  const folder = join(t.testdir({ gone: {} }), 'gone')
  const checkpoint = new Checkpoint(join(folder, 'work.checkpoint'), { everyMs: 0 })
  const onProgress = ({ unit }: Progress) =>
    void (unit >= 2 && rmSync(folder, { recursive: true, force: true, maxRetries: 9 }))
  await t.rejects(purifying({})({ checkpoint, onProgress }), {
    code: 'ERR_BAD_OPTION',
    message: /work\.checkpoint: ENOENT/,
  })
})

t.test('checkpoint: what a killed process has half written is cleared away', async t => {
  const dead = `work.checkpoint.4194304999.${crypto.randomUUID()}.tmp`
  const alive = `work.checkpoint.${process.pid}.${crypto.randomUUID()}.tmp`
  const folder = t.testdir({ [dead]: 'half', [alive]: 'half', 'work.checkpoint.tmp': 'mine' })
  await purifying({})({ checkpoint: join(folder, 'work.checkpoint') })
  t.strictSame((await readdir(folder)).sort(), [alive, 'work.checkpoint.tmp'].sort())
})
