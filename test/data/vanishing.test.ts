// Data that goes away, or out of reach, while it is read.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import sharp from 'sharp'
import t from 'tap'
import { datasets } from '../../lib/data/index.js'

const picture = await sharp(Buffer.alloc(3 * 64), { raw: { width: 8, height: 8, channels: 3 } })
  .png()
  .toBuffer()

t.test('what is listed and cannot be read: ERR_BAD_DATA, by its path', async t => {
  const gone = join(t.testdirName, 'gone')
  const folder = t.testdir({ images: { cat: { '1.png': picture } }, cifar10: {} })
  symlinkSync(gone, join(folder, 'images', 'dog'))
  symlinkSync(gone, join(folder, 'cifar10', 'data_batch_1.bin'))
  await t.rejects(datasets.imageFolder(join(folder, 'images')), {
    code: 'ERR_BAD_DATA',
    message: /dog: ENOENT/,
  })
  await t.rejects(datasets.cifar10(join(folder, 'cifar10')), {
    code: 'ERR_BAD_DATA',
    message: /data_batch_1\.bin: no such file/,
  })
  rmSync(join(folder, 'cifar10', 'data_batch_1.bin'))
  mkdirSync(join(folder, 'cifar10', 'data_batch_1.bin'))
  await t.rejects(datasets.cifar10(join(folder, 'cifar10')), {
    code: 'ERR_BAD_DATA',
    message: /a folder, pipe or device/,
  })
})

t.test('a folder that is deleted while it is read: the images, or ERR_BAD_DATA', async t => {
  const cats = Object.fromEntries(Array.from({ length: 24 }, (_, at) => [`${at}.png`, picture]))
  const outcomes = new Set<string>()
  // How many turns of the event loop lie between the listing and the reading depends on what else the machine does.
  for (let tried = 0; tried < 9 || (tried < 256 && !outcomes.has('ERR_BAD_DATA')); tried++) {
    const turns = tried < 9 ? 2 ** tried : 1 + (tried % 32)
    const folder = t.testdir({ cat: cats, dog: { ...cats } })
    const reading = datasets.imageFolder(folder, { size: 8 }).then(
      ({ count }) => String(count),
      error => error.code ?? error.message,
    )
    for (let turn = 0; turn < turns; turn++) await setImmediate()
    rmSync(join(folder, 'dog'), { recursive: true })
    outcomes.add(await reading)
  }
  for (const outcome of outcomes) t.ok(['ERR_BAD_DATA', '24', '48'].includes(outcome), outcome)
  t.ok(outcomes.has('ERR_BAD_DATA'), 'some were in time')
})
