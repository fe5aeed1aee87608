// Data folders that somebody else filled: nothing in them may hang, exhaust memory or end in an untyped error.
import { execFileSync } from 'node:child_process'
import { mkdirSync, openSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { datasets } from '../../lib/data/index.js'

const HUGE = 8 * 2 ** 30

/** A file that takes no room on the disk. */
function hole(path: string): void {
  openSync(path, 'w')
  truncateSync(path, HUGE)
}

const odd: Record<string, (path: string) => void> = {
  'a link to nowhere': path => symlinkSync('nowhere', path),
  'a link to itself': path => symlinkSync(path, path),
  'a device that never ends': path => symlinkSync('/dev/zero', path),
  'a pipe that nobody writes to': path => execFileSync('mkfifo', [path]),
  'a folder': path => mkdirSync(path),
  '8 GiB': hole,
  nothing: path => writeFileSync(path, ''),
}

const picture = await sharp({ create: { width: 6, height: 6, channels: 3, background: 'red' } })
  .png()
  .toBuffer()

/** Files of a folder; those that are called odd are made so. */
function folderWith(
  t: Test,
  files: Record<string, Buffer | string>,
  path: string,
  make: (path: string) => void,
) {
  const root = t.testdir({})
  for (const [name, content] of Object.entries({ ...files, [path]: '' })) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    if (name !== path) writeFileSync(join(root, name), content)
  }
  make(join(root, path))
  return root
}

for (const [name, make] of Object.entries(odd)) {
  const refused = { code: 'ERR_BAD_DATA' }
  t.test(`${name} in the place of an image`, async t => {
    const root = folderWith(t, { 'cat/1.png': picture }, 'cat/2.png', make)
    await t.rejects(datasets.imageFolder(root), { ...refused, message: /2\.png/ })
  })
  t.test(`${name} in the place of CIFAR-10's records`, async t => {
    const root = folderWith(t, {}, 'data_batch_1.bin', make)
    await t.rejects(datasets.cifar10(root), { ...refused, message: /data_batch_1/ })
  })
  t.test(`${name} in the place of Tiny-ImageNet's annotations`, async t => {
    const images = { 'train/n01/images/a.JPEG': picture, 'val/images/a.JPEG': picture }
    const root = folderWith(t, images, 'val/val_annotations.txt', make)
    await t.rejects(datasets.tinyImagenet(root, { split: 'test' }), refused)
  })
}

t.test('beside the classes, a link that leads nowhere: an error, not one class less', async t => {
  const root = folderWith(t, { 'cat/1.png': picture }, 'dog', path => symlinkSync('nowhere', path))
  await t.rejects(datasets.imageFolder(root, { size: 4 }), { code: 'ERR_BAD_DATA', message: /dog/ })
})

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

/** A PNG that says how large it is, and holds a line of it. */
function declaring(width: number, height: number): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width)
  head.writeUInt32BE(height, 4)
  head.set([8, 0, 0, 0, 0], 8)
  const line = deflateSync(Buffer.alloc(Math.min(width, 1 << 20) + 1))
  const parts = [chunk('IHDR', head), chunk('IDAT', line), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts])
}

t.test('an image of more pixels than anybody needs', async t => {
  const root = t.testdir({ cat: {} })
  for (const [width, height] of [
    [2 ** 31 - 1, 2 ** 31 - 1],
    [100_000, 100_000],
    [8193, 8193],
  ] as const) {
    writeFileSync(join(root, 'cat', '1.png'), declaring(width, height))
    await t.rejects(datasets.imageFolder(root), { code: 'ERR_BAD_DATA' }, `${width}×${height}`)
  }
})

t.test('a format that is a program, or refers to other files, under the name of another', async t => {
  const root = t.testdir({ cat: {} })
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
  for (const content of [svg, `<?xml version="1.0"?>${svg}`, '%PDF-1.4', '#?RADIANCE', 'P6 1 1 255 abc']) {
    writeFileSync(join(root, 'cat', '1.png'), content)
    await t.rejects(datasets.imageFolder(root), {
      code: 'ERR_BAD_DATA',
      message: /none of jpeg, png, webp, gif, avif, tiff/,
    })
  }
})
