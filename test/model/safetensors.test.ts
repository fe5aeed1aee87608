import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { sizeOf } from '../../lib/model/safetensors/header.js'
import { readSafetensors, type Safetensors } from '../../lib/model/safetensors/read.js'
import { writeSafetensors } from '../../lib/model/safetensors/write.js'

/** A file from parts that may lie: `length` and `data` default to the truth. */
function forge(
  header: string,
  { length, data = Buffer.alloc(0) }: { length?: bigint; data?: Buffer } = {},
): Buffer {
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(length ?? BigInt(Buffer.byteLength(header)))
  return Buffer.concat([prefix, Buffer.from(header), data])
}

const tensor = (fields: object) =>
  JSON.stringify({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...fields } })
const eight = { data: Buffer.alloc(8) }
const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`

const hostile: Record<string, [Buffer, RegExp]> = {
  'empty file': [Buffer.alloc(0), /a file of 0 bytes/],
  'shorter than its length field': [Buffer.from([1, 2, 3]), /a file of 3 bytes/],
  'header longer than the file': [forge('{}', { length: 1000n }), /header of 1000 bytes in a file of 10/],
  'header of 2⁶⁴ − 1 bytes': [
    forge('{}', { length: 2n ** 64n - 1n }),
    /header of 18446744073709551615 bytes/,
  ],
  'header of no bytes': [forge('', { length: 0n }), /header of 0 bytes/],
  'header that is no JSON': [forge('{"a":'), /header with/],
  'header that is no UTF-8': [
    Buffer.concat([forge('', { length: 2n }), Buffer.from([0xff, 0xfe])]),
    /header with/,
  ],
  'header that is an array': [forge('[]'), /no object/],
  'header that is nested without end': [forge(deep), /nesting deeper than 3/],
  'two tensors of one name': [
    forge(`${tensor({}).slice(0, -1)},${tensor({}).slice(1)}`, eight),
    /the key "a" twice/,
  ],
  'two tensors of one name, one spelled with an escape': [
    forge(`${tensor({}).slice(0, -1)},${tensor({}).slice(1).replace('"a"', '"\\u0061"')}`, eight),
    /the key "a" twice/,
  ],
  'metadata that is no map': [forge('{"__metadata__":[1]}'), /metadata that is no map of strings/],
  'metadata with a number': [forge('{"__metadata__":{"a":1}}'), /metadata that is no map of strings/],
  'tensor that is no object': [forge('{"a":1}'), /"a" without a description/],
  'unknown type': [forge(tensor({ dtype: 'F33' }), eight), /type "F33"/],
  'type that every object has': [forge(tensor({ dtype: 'constructor' }), eight), /type "constructor"/],
  'negative size': [forge(tensor({ shape: [-2] }), eight), /shape \[-2\]/],
  'fractional size': [forge(tensor({ shape: [0.5] }), eight), /shape \[0.5\]/],
  'size as text': [forge(tensor({ shape: ['2'] }), eight), /shape \["2"\]/],
  'too many axes': [forge(tensor({ shape: Array(9).fill(1) }), eight), /up to 8/],
  'product beyond 2⁵³': [
    forge(tensor({ shape: [2 ** 31, 2 ** 31, 4] }), eight),
    /of 8 bytes; expected Infinity/,
  ],
  'fewer bytes than the shape': [forge(tensor({ shape: [3] }), eight), /8 bytes; expected 12/],
  'offsets that run backwards': [forge(tensor({ data_offsets: [8, 0] }), eight), /-8 bytes/],
  'negative offset': [forge(tensor({ data_offsets: [-8, 0] }), eight), /at \[-8,0\]/],
  'one offset': [forge(tensor({ data_offsets: [0] }), eight), /two byte offsets/],
  'offsets beyond the file': [
    forge(tensor({ data_offsets: [8, 16] }), eight),
    /begins at byte 8; expected 0/,
  ],
  'truncated data': [forge(tensor({}), { data: Buffer.alloc(7) }), /7 bytes of data; expected 8/],
  'data after the last tensor': [forge(tensor({}), { data: Buffer.alloc(9) }), /9 bytes of data; expected 8/],
  'overlapping tensors': [
    forge(`${tensor({}).slice(0, -1)},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, {
      data: Buffer.alloc(12),
    }),
    /"b" begins at byte 4; expected 8/,
  ],
}

for (const [name, [bytes, message]] of Object.entries(hostile)) {
  t.test(`refuses: ${name}`, async t => {
    const path = join(t.testdir({}), 'hostile.safetensors')
    await writeFile(path, bytes)
    await t.rejects(readSafetensors(path), { code: 'ERR_BAD_MODEL', message })
  })
}

t.test('refuses: no file, a folder', async t => {
  const folder = t.testdir({})
  await t.rejects(readSafetensors(join(folder, 'none')), { code: 'ERR_BAD_MODEL', message: /no such file/ })
  await t.rejects(readSafetensors(folder), { code: 'ERR_BAD_MODEL' })
})

function content(): Safetensors {
  return {
    metadata: { zebra: 'z', apple: '{"a":1}' },
    tensors: new Map([
      ['w', { dtype: 'F32', shape: [1, 2], data: new Uint8Array(new Float32Array([1.5, -2]).buffer) }],
      ['codes', { dtype: 'I8', shape: [3], data: new Uint8Array([1, 255, 0]) }],
      ['__proto__', { dtype: 'U8', shape: [1], data: new Uint8Array([9]) }],
      ['empty', { dtype: 'F32', shape: [0, 4], data: new Uint8Array() }],
      ['scalar', { dtype: 'I32', shape: [], data: new Uint8Array(4) }],
    ]),
  }
}

t.test('what was written is read', async t => {
  const path = join(t.testdir({}), 'm.safetensors')
  await writeSafetensors(path, content())
  const back = await readSafetensors(path)
  t.strictSame(back.metadata, content().metadata)
  for (const [name, tensor] of content().tensors) {
    t.strictSame(
      { ...back.tensors.get(name), data: [...(back.tensors.get(name)?.data ?? [])] },
      { ...tensor, data: [...tensor.data] },
    )
  }
  t.equal(back.tensors.size, content().tensors.size)
})

t.test('the bytes depend on the content alone, not on the order in which it came', async t => {
  const folder = t.testdir({})
  const { metadata, tensors } = content()
  await writeSafetensors(join(folder, 'one'), { metadata, tensors })
  const reversed = Object.fromEntries(Object.entries(metadata).reverse())
  await writeSafetensors(join(folder, 'two'), {
    metadata: reversed,
    tensors: new Map([...tensors].reverse()),
  })
  t.ok((await readFile(join(folder, 'one'))).equals(await readFile(join(folder, 'two'))))
})

t.test('a write that fails leaves the old file, and nothing beside it', async t => {
  const folder = t.testdir({ 'm.safetensors': 'old' })
  const broken: Safetensors = content()
  broken.tensors.set('z', { dtype: 'F32', shape: [1], data: null as unknown as Uint8Array })
  const path = join(folder, 'm.safetensors')
  await t.rejects(writeSafetensors(path, broken))
  t.strictSame(await readdir(folder), ['m.safetensors'])
  t.equal(await readFile(path, 'utf8'), 'old')
  await t.rejects(writeSafetensors(join(folder, 'none', 'm.safetensors'), content()), {
    code: 'ERR_BAD_OPTION',
    message: /cannot|no such/i,
  })
})

t.test('every flipped bit of the header is refused or read as something else, never a crash', async t => {
  const folder = t.testdir({})
  const path = join(folder, 'm.safetensors')
  await writeSafetensors(path, content())
  const whole = await readFile(path)
  const header = 8 + Number(whole.readBigUInt64LE(0))
  let refused = 0
  for (let bit = 0; bit < header * 8; bit += 3) {
    const flipped = Buffer.from(whole)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    await writeFile(path, flipped)
    const error = await readSafetensors(path).then(
      () => null,
      error => error,
    )
    if (error) refused++
    if (error && error.code !== 'ERR_BAD_MODEL') t.fail(`bit ${bit}: ${error}`)
  }
  t.ok(refused > header, `${refused} refused`)
})

t.test('sizeOf: a product, or Infinity where a number cannot hold it', async t => {
  t.equal(sizeOf([2, 3], 4), 24)
  t.equal(sizeOf([], 4), 4)
  t.equal(sizeOf([2 ** 52, 2], 4), Number.POSITIVE_INFINITY)
  t.equal(sizeOf([2 ** 52, 2 ** 52, 0], 4), 0)
})
