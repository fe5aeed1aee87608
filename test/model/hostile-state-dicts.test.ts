// State dicts that must not be believed: each is refused with a reason or is a valid one, and nothing runs or hangs.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { architectureSchema, buildArchitecture } from '../../lib/model/architectures/index.js'
import { fit } from '../../lib/model/state-dict/fit.js'
import { readPickle } from '../../lib/model/state-dict/pickle/read.js'
import { readTorchFile } from '../../lib/model/state-dict/torch-file.js'
import { Archive } from '../../lib/model/state-dict/zip.js'
import { paceOf } from '../../lib/pace.js'

const folder = join(import.meta.dirname, '../fixtures/state-dict')
const hostile = join(folder, 'hostile')
const pace = paceOf()

async function tensorsOf(path: string): Promise<string[]> {
  const archive = await Archive.open(path, pace)
  try {
    const stored = await readTorchFile(path, archive, pace)
    for (const [name, { read, shape }] of stored) {
      if (count(shape) < 1000 && !name.endsWith('num_batches_tracked')) await read()
    }
    return [...stored.keys()]
  } finally {
    archive.close()
  }
}
const count = (shape: readonly number[]) => shape.reduce((size, length) => size * length, 1)

/** What in the message tells that it was the guard in question, and not another. */
const reasons: Record<string, RegExp> = {
  'below-mark': /nothing on the stack/,
  'big-endian': /byte order "big"/,
  'call-of-text': /no function/,
  compressed: /compressed/,
  copies: /no dictionary/,
  deep: /no dictionary/,
  'deep-wrappers': /no tensor/,
  empty: /end in the middle/,
  eval: /global __builtin__\.eval/,
  getattr: /global __builtin__\.getattr/,
  'huge-memo': /end in the middle|no tensor/,
  'huge-storage': /storage of 4611686018427387904|another form/,
  instance: /instruction INST/,
  integers: /numbers of type I32/,
  jit: /global torch\.jit\._pickle\.build_intlist/,
  'large-storage': /storage of 17 numbers \(F32\) in a record of 64 bytes/,
  'large-tensor': /shape \[17\].*beyond its storage of 16/,
  laughs: /no dictionary/,
  'long-text': /end in the middle/,
  'long-text8': /length of/,
  loop: /no tensor/,
  'negative-offset': /without a storage/,
  'negative-storage': /another form/,
  'negative-stride': /without a shape/,
  newobj: /instruction NEWOBJ/,
  'no-dictionary': /no dictionary/,
  'no-mark': /no mark/,
  'no-pickle': /without data\.pkl/,
  'no-record': /no record/,
  'no-stop': /end in the middle/,
  'no-tensors': /no tensor: "epoch"/,
  'not-a-list': /no list/,
  'not-callable': /call of torch\.float32/,
  'not-utf8': /no UTF-8/,
  object: /global pathlib/,
  odd: /no dictionary/,
  offset: /beyond its storage/,
  'other-storage': /another form/,
  outside: /no record/,
  overflow: /without a (shape|storage)|beyond/,
  protocol0: /no pickle of protocol 2 to 5/,
  protocol9: /no pickle of protocol 2 to 5/,
  ranks: /without a shape/,
  state: /state for something/,
  strides: /beyond its storage/,
  system: /global posix\.system/,
  system4: /global posix\.system/,
  'two-results': /come out even/,
  underflow: /nothing on the stack/,
  'unset-memo': /memo 5/,
}
/** Odd, but nothing is wrong with them until an architecture asks for their tensors. */
const harmless = ['good', 'expanded', 'prefixes']

t.test('hostile pickles and archives: each is refused for its own reason', async t => {
  const files = readdirSync(hostile).map(file => file.replace('.pth', ''))
  t.strictSame(files.sort(), [...Object.keys(reasons), ...harmless].sort())
  for (const [name, message] of Object.entries(reasons)) {
    await t.rejects(tensorsOf(join(hostile, `${name}.pth`)), { code: 'ERR_BAD_MODEL', message }, name)
  }
  for (const name of harmless) await t.resolves(tensorsOf(join(hostile, `${name}.pth`)), name)
  t.notOk(existsSync('pwned'), 'nothing ran')
})

t.test('a pickle without end', async t => {
  const endless = Buffer.alloc(2_500_000, 'N0')
  endless.set([0x80, 2])
  await t.rejects(
    readPickle('endless', endless, () => 0, pace),
    { message: /more than 2000000 instructions/ },
  )
  const controller = new AbortController()
  controller.abort(new Error('enough'))
  await t.rejects(
    readPickle('endless', endless, () => 0, paceOf(controller.signal)),
    { code: 'ERR_ABORTED' },
  )
})

t.test('a state dict of the right names that is not what it should be', async t => {
  const { spec } = await buildArchitecture(await architectureSchema({ name: 'resnet18', width: 1 }))
  const wrong = async (name: string) => {
    const path = join(hostile, `${name}.pth`)
    const archive = await Archive.open(path, pace)
    await fit(path, await readTorchFile(path, archive, pace), spec, 'resnet18').finally(() => archive.close())
  }
  for (const name of harmless) {
    await t.rejects(wrong(name), {
      code: 'ERR_BAD_MODEL',
      message: /102 missing: conv1\.weight.*1 unexpected/,
    })
  }
})

t.test('truncated archives', async t => {
  const path = join(t.testdir({}), 'short.pth')
  const good = readFileSync(join(folder, 'plain.pth'))
  for (let part = 0; part < 40; part++) {
    writeFileSync(path, good.subarray(0, Math.floor((good.length * part) / 40)))
    await t.rejects(tensorsOf(path), { code: 'ERR_BAD_MODEL' }, `${part}/40 of it`)
  }
})

/** A generator of its own, so that a failure can be run again. */
function* numbers(): Generator<number, number> {
  let state = 12345
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    yield state >>> 8
  }
}
const random = numbers()
const next = (below: number): number => (random.next().value as number) % below

/** One to four bytes set, a run copied elsewhere, or a run cut out. */
function mutated(good: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(good)
  const kind = next(4)
  if (kind === 0) {
    bytes.copyWithin(next(bytes.length), next(bytes.length), next(bytes.length))
    return bytes
  }
  if (kind === 1) {
    const at = next(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + next(20))])
  }
  for (let changes = 1 + next(4); changes > 0; changes--) bytes[next(bytes.length)] = next(256)
  return bytes
}

async function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'valid',
    (error: { code?: string }) => error.code ?? String(error),
  )
}

t.test('4,500 mutations of a pickle', async t => {
  const archive = await Archive.open(join(folder, 'tiny.pth'), pace)
  const good = await archive.read('data.pkl', pace)
  const outcomes = new Map<string, number>()
  for (let round = 0; round < 4500; round++) {
    const result = await outcome(
      readPickle('pickle', mutated(good), key => archive.sizeOf(`data/${key}`), pace),
    )
    outcomes.set(result, (outcomes.get(result) ?? 0) + 1)
  }
  archive.close()
  t.strictSame([...outcomes.keys()].sort(), ['ERR_BAD_MODEL', 'valid'], JSON.stringify([...outcomes]))
})

t.test('500 mutations of an archive', async t => {
  const path = join(t.testdir({}), 'mutated.pth')
  const good = readFileSync(join(folder, 'tiny.pth'))
  const outcomes = new Set<string>()
  for (let round = 0; round < 500; round++) {
    writeFileSync(path, mutated(good))
    outcomes.add(await outcome(tensorsOf(path)))
  }
  t.strictSame([...outcomes].sort(), ['ERR_BAD_MODEL', 'valid'])
})
