import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { datasets } from '../../lib/data/index.js'
import { parseSource } from '../../lib/data/source.js'

t.test('mnist: 8,000 and 2,000 digits, each digit in proportion, no digit in both', async t => {
  const train = await datasets.mnist({ split: 'train' })
  const test = await datasets.mnist({ split: 'test' })
  t.equal(train.count, 8000)
  t.equal(test.count, 2000)
  t.strictSame(train.shape.slice(1), [1, 28, 28])
  const counts = (labels: Int32Array | null) => {
    const result = Array(10).fill(0)
    for (const label of labels ?? []) result[label]++
    return result
  }
  const [many, few] = [counts(train.labels), counts(test.labels)]
  for (let digit = 0; digit < 10; digit++) {
    t.ok(
      Math.abs(few[digit] / (many[digit] + few[digit]) - 0.2) < 0.005,
      `digit ${digit}: ${many[digit]} and ${few[digit]}`,
    )
  }
  const image = (pixels: Uint8Array, at: number) =>
    Buffer.from(pixels.subarray(at * 784, (at + 1) * 784)).toString('latin1')
  const seen = new Set(Array.from({ length: 8000 }, (_, at) => image(train.pixels, at)))
  const twice = Array.from({ length: 2000 }, (_, at) => image(test.pixels, at)).filter(one => seen.has(one))
  t.equal(twice.length, 0)
  t.ok(train.pixels.some(value => value > 250))
})

t.test('mnist: the same limit and seed, the same digits', async t => {
  const one = await datasets.mnist({ limit: 50, seed: 3 })
  const other = await datasets.mnist({ limit: 50, seed: 3 })
  t.equal(one.count, 50)
  t.ok(Buffer.from(one.pixels).equals(other.pixels))
  await t.rejects(datasets.mnist({ limit: 0 }), { code: 'ERR_BAD_OPTION' })
})

t.test('cifar10: a label byte, then planes', async t => {
  const record = (label: number) =>
    Buffer.from([label, ...Array.from({ length: 3072 }, (_, at) => (at + label) % 256)])
  const folder = t.testdir({})
  await writeFile(join(folder, 'data_batch_1.bin'), Buffer.concat([record(3), record(9)]))
  await writeFile(join(folder, 'data_batch_2.bin'), record(1))
  await writeFile(join(folder, 'test_batch.bin'), record(7))
  const train = await datasets.cifar10(folder)
  t.strictSame([...(train.labels ?? [])], [3, 9, 1])
  t.equal(train.pixels[3072 + 5], 14, 'pixel 5 of the second image')
  t.strictSame((await datasets.cifar10(folder, { split: 'test' })).classes[7], 'horse')
  t.strictSame(await (await parseSource(`cifar10:${folder}`)('test', null)).count, 1)
})

t.test('cifar10: refuses what is not there or damaged', async t => {
  const folder = t.testdir({
    none: {},
    odd: { 'data_batch_1.bin': 'short' },
    empty: { 'data_batch_1.bin': '' },
    file: '',
  })
  await writeFile(join(folder, 'none', 'x'), '')
  await t.rejects(datasets.cifar10(join(folder, 'absent')), {
    code: 'ERR_BAD_DATA',
    message: /nothing there/,
  })
  await t.rejects(datasets.cifar10(join(folder, 'file')), {
    code: 'ERR_BAD_DATA',
    message: /a file; expected a folder/,
  })
  await t.rejects(datasets.cifar10(join(folder, 'none')), {
    code: 'ERR_BAD_DATA',
    message: /no CIFAR-10 file/,
  })
  await t.rejects(datasets.cifar10(join(folder, 'odd')), {
    code: 'ERR_BAD_DATA',
    message: /5 bytes; expected a multiple of 3073/,
  })
  await t.rejects(datasets.cifar10(join(folder, 'empty')), { code: 'ERR_BAD_DATA', message: /0 bytes/ })
  const label = Buffer.alloc(3073)
  label[0] = 10
  await writeFile(join(folder, 'odd', 'data_batch_1.bin'), label)
  await t.rejects(datasets.cifar10(join(folder, 'odd')), { code: 'ERR_BAD_DATA', message: /label 10/ })
})

const plain = (width: number, height: number, background: { r: number; g: number; b: number }) =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer()

t.test('imageFolder: one subfolder a class, resized, planes', async t => {
  const folder = t.testdir({ cat: {}, dog: {}, 'notes.txt': 'not a class' })
  await writeFile(join(folder, 'cat', '1.png'), await plain(10, 20, { r: 10, g: 20, b: 30 }))
  await writeFile(join(folder, 'dog', '1.png'), await plain(8, 8, { r: 200, g: 100, b: 50 }))
  await writeFile(join(folder, 'dog', 'readme.txt'), 'not an image')
  const set = await datasets.imageFolder(folder, { size: 4 })
  t.strictSame(set.shape, [2, 3, 4, 4])
  t.strictSame([...(set.labels ?? [])], [0, 1])
  t.strictSame(set.classes, ['cat', 'dog'])
  t.strictSame(
    [...set.pixels.subarray(48)],
    [...Array(16).fill(200), ...Array(16).fill(100), ...Array(16).fill(50)],
  )
  const grey = await datasets.imageFolder(folder, { size: 4, channels: 1 })
  t.strictSame(grey.shape, [2, 1, 4, 4])
  t.equal((await datasets.imageFolder(folder, { size: 4, limit: 1 })).count, 1)
})

t.test('imageFolder: refuses, by name', async t => {
  const folder = t.testdir({ classes: { cat: { '1.png': 'not a picture' } }, empty: { cat: {} } })
  await t.rejects(datasets.imageFolder(join(folder, 'classes')), {
    code: 'ERR_BAD_DATA',
    message: /cat.1\.png/,
  })
  await t.rejects(datasets.imageFolder(join(folder, 'empty')), { code: 'ERR_BAD_DATA', message: /no image/ })
  await t.rejects(datasets.imageFolder(join(folder, 'absent')), {
    code: 'ERR_BAD_DATA',
    message: /nothing there/,
  })
  await t.rejects(datasets.imageFolder(folder, { channels: 2 as 3 }), { code: 'ERR_BAD_OPTION' })
  await t.rejects(datasets.imageFolder(folder, { mean: [0.5] }), { code: /ERR_BAD/ })
})

for (const text of ['', 'mnist:x', 'cifar10', 'cifar10:', 'imagenet:/x', 'folder']) {
  t.test(`parseSource: refuses "${text}"`, async t =>
    t.throws(() => parseSource(text), { code: 'ERR_BAD_OPTION' }),
  )
}
