import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { datasets } from '../../lib/data/index.js'
import { parseSource } from '../../lib/data/source.js'

const jpeg = (level: number) =>
  sharp({ create: { width: 64, height: 64, channels: 3, background: { r: level, g: level, b: level } } })
    .jpeg()
    .toBuffer()

async function image(folder: string, name: string, level: number): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, name), await jpeg(level))
}

async function tiny(folder: string): Promise<string> {
  for (const [id, level] of [
    ['n02', 200],
    ['n01', 100],
  ] as const) {
    const images = join(folder, 'train', id, 'images')
    await image(images, `${id}_0.JPEG`, level)
    await image(images, `${id}_1.JPEG`, level + 10)
    await writeFile(join(folder, 'train', id, `${id}_boxes.txt`), '')
  }
  await image(join(folder, 'val', 'images'), 'val_0.JPEG', 50)
  await image(join(folder, 'val', 'images'), 'val_1.JPEG', 60)
  const lines = 'val_0.JPEG\tn02\t0\t0\t63\t63\nval_1.JPEG\tn01\t0\t0\t63\t63\n'
  await writeFile(join(folder, 'val', 'val_annotations.txt'), lines)
  await writeFile(join(folder, 'words.txt'), 'n01\tgoldfish\nn09\tnobody\n')
  return folder
}

t.test('tiny-imagenet: its layout, classes in the order of their ids', async t => {
  const folder = await tiny(t.testdir({}))
  const train = await datasets.tinyImagenet(folder)
  t.strictSame(train.shape, [4, 3, 64, 64])
  t.strictSame([...(train.labels ?? [])], [0, 0, 1, 1])
  t.strictSame(train.classes, ['goldfish', 'n02'])
  t.strictSame(
    [0, 1, 2, 3].map(at => train.pixels[at * 3 * 64 * 64]),
    [100, 110, 200, 210],
  )
  const test = await parseSource(`tiny-imagenet:${folder}`)('test', [3, 32, 32])
  t.strictSame(test.shape, [2, 3, 32, 32])
  t.strictSame([...(test.labels ?? [])], [1, 0])
  t.equal((await datasets.tinyImagenet(folder, { limit: 3, seed: 1 })).count, 3)
})

t.test('tiny-imagenet: says what the layout should be', async t => {
  const folder = await tiny(t.testdir({ other: { train: { cat: {} } } }))
  await t.rejects(datasets.tinyImagenet(join(folder, 'other')), {
    code: 'ERR_BAD_DATA',
    message: /no class folder.*train\/CLASS\/images/s,
  })
  for (const line of ['val_0.JPEG\tn77\t0', '../secret.JPEG\tn01\t0', 'val_0.JPEG']) {
    await writeFile(join(folder, 'val', 'val_annotations.txt'), line)
    await t.rejects(datasets.tinyImagenet(folder, { split: 'test' }), {
      code: 'ERR_BAD_DATA',
      message: /line 1 of .*val_annotations/,
    })
  }
})

t.test('imagenette and its like: val/ is the part to measure on', async t => {
  const folder = t.testdir({})
  for (const [split, level] of [
    ['train', 10],
    ['val', 90],
  ] as const) {
    for (const name of ['n01', 'n02']) await image(join(folder, split, name), '0.JPEG', level)
  }
  for (const source of ['imagenette', 'folder']) {
    const read = parseSource(`${source}:${folder}`)
    t.equal((await read('train', [3, 16, 16])).pixels[0], 10)
    t.equal((await read('test', [3, 16, 16])).pixels[0], 90)
  }
})
