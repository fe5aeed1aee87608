import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { loadModel } from '../lib/index.js'
import { openZip } from '../lib/open-zip.js'
import { unzipImages } from '../lib/queue/unzip.js'
import { zipOf } from './queue/zip.js'

/** A zip64 archive without entries, whose directory's end is said to be at `position`. */
function endingAt(position: bigint): Buffer {
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeBigUInt64LE(position, 8)
  locator.writeUInt32LE(1, 16)
  const end = Buffer.alloc(22, 0xff)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt32LE(0, 4)
  end.writeUInt16LE(0, 20)
  return Buffer.concat([locator, end])
}

for (const position of [2n ** 64n - 4096n, 2n ** 53n, 2n ** 40n, 43n, 42n])
  t.test(`a directory at byte ${position}: refused, and the process lives`, async t => {
    const root = t.testdir({})
    const path = join(root, 'model.pth')
    await writeFile(path, endingAt(position))
    await t.rejects(openZip(path))
    await t.rejects(loadModel(path, { architecture: 'resnet18' }), { code: 'ERR_BAD_MODEL' })
    await t.rejects(unzipImages(path, join(root, 'images')), { code: 'ERR_BAD_DATA' })
  })

t.test('entries, their content, and the end', async t => {
  const path = join(t.testdir({}), 'a.zip')
  const long = 'long'.repeat(100_000)
  await writeFile(
    path,
    zipOf([
      { name: 'a', data: Buffer.from('stored') },
      { name: 'b', data: Buffer.from(long), deflate: true },
      { name: 'c', data: Buffer.alloc(0) },
    ]),
  )
  const zip = await openZip(path)
  const found: Record<string, string> = {}
  for await (const entry of zip.eachEntry())
    found[entry.fileName] = await text(await zip.openReadStreamPromise(entry))
  t.strictSame(found, { a: 'stored', b: long, c: '' })
  const closed = new Promise(resolve => zip.once('close', resolve))
  zip.close()
  await closed
})

t.test('a file that is not there', async t => {
  await t.rejects(openZip(join(t.testdir({}), 'none.zip')), { code: 'ENOENT' })
})
