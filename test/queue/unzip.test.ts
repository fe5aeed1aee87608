import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { unzipImages } from '../../lib/queue/unzip.js'
import { type ZipEntry, zipOf } from './zip.js'

const bytes = Buffer.from('not really a picture')
const image = (name: string, more: Partial<ZipEntry> = {}): ZipEntry => ({ name, data: bytes, ...more })

async function unzipped(root: string, zip: Uint8Array): Promise<string> {
  const folder = join(root, 'images')
  await mkdir(folder)
  await writeFile(join(root, 'images.zip'), zip)
  await unzipImages(join(root, 'images.zip'), folder)
  return folder
}

t.test('images come out, and nothing else', async t => {
  const folder = await unzipped(
    t.testdir({}),
    zipOf([
      { name: 'cat/', data: Buffer.alloc(0) },
      image('cat/1.png'),
      image('dog/2.JPG', { deflate: true }),
      image('cat/run.sh', { mode: 0o100755 }),
      image('__MACOSX/cat/1.png'),
      image('cat/.hidden.png'),
    ]),
  )
  t.strictSame((await readdir(folder, { recursive: true })).sort(), ['cat', 'cat/1.png', 'dog', 'dog/2.JPG'])
  t.strictSame(await readFile(join(folder, 'dog/2.JPG')), bytes)
})

const zeros = Buffer.alloc(2 ** 20)
const HOSTILE: [string, Buffer, RegExp][] = [
  ['a path upwards', zipOf([image('../escaped.png')]), /escaped|relative path/],
  ['a path upwards, further down', zipOf([image('cat/../../escaped.png')]), /escaped|relative path/],
  ['an absolute path', zipOf([image('/tmp/escaped.png')]), /escaped|absolute path/],
  ['backslashes', zipOf([image('..\\escaped.png')]), /escaped|backslash|invalid characters|relative path/],
  ['a link', zipOf([image('cat/1.png', { data: Buffer.from('/etc/passwd'), mode: 0o120777 })]), /link/],
  ['deep folders', zipOf([image('a/b/c/d/e/f/1.png')]), /folders/],
  ['a bomb', zipOf([image('cat/1.png', { data: zeros, deflate: true })]), /become/],
  [
    'a bomb that hides',
    zipOf([image('cat/1.png', { data: zeros, deflate: true, claim: 100 })]),
    /too many bytes/,
  ],
  ['a huge claim', zipOf([image('cat/1.png', { claim: 2 ** 31 })]), /bytes|size/],
  ['the same name twice', zipOf([image('cat/1.png'), image('cat/1.png')]), /EEXIST/],
  ['a file for a folder', zipOf([image('cat.png'), image('cat.png/1.png')]), /EEXIST|ENOTDIR/],
  ['no zip', Buffer.from('GIF89a'), /zip/i],
  ['a zip that is cut off', zipOf([image('cat/1.png')]).subarray(0, -30), /zip|central/i],
]

for (const [name, zip, words] of HOSTILE) {
  t.test(`refused: ${name}`, async t => {
    const root = t.testdir({})
    await t.rejects(unzipped(root, zip), { code: 'ERR_BAD_DATA', message: words })
    t.notOk((await readdir(root, { recursive: true })).some(file => file.includes('escaped')))
    t.notOk((await readdir('/tmp')).includes('escaped.png'))
  })
}

t.test('refused: more entries than any dataset of images has', async t => {
  const entries = Array.from({ length: 10 }, (_, at) => image(`cat/${at}.png`))
  const zip = zipOf(entries)
  zip.writeUInt16LE(65_535, zip.length - 22 + 10) // claims more than there are
  await t.rejects(unzipped(t.testdir({}), zip), { code: 'ERR_BAD_DATA' })
})
