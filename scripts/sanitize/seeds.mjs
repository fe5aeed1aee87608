// Where native/fuzz begins: with graphs, bytes of no meaning that are enough for one; with TorchScript, files of test/fixtures
// and their records one by one.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomOf } from '../fuzz/random.mjs'
import { unzip } from '../fuzz/zip.mjs'
import { root } from '../setup/root.mjs'

const FILES = [
  'graph/corners.traced.pt',
  'graph/corners.scripted.pt',
  'onnx/gates.traced.pt',
  'graph/setstate.pt',
]
const RECORDS = { pickle: /\.pkl$/, source: /\.py$/ }

const GRAPHS = 64
const GRAPH_BYTES = 512

/** Writes what is not there yet. */
export function seeds(target, folder) {
  for (const [name, data] of target === 'graph' ? graphs() : torchScript(target)) {
    const path = join(folder, name)
    if (!existsSync(path)) writeFileSync(path, data)
  }
}

const graphs = () =>
  Array.from({ length: GRAPHS }, (_, seed) => {
    const { below } = randomOf(seed)
    return [`graph-${seed}`, Buffer.alloc(GRAPH_BYTES).map(() => below(256))]
  })

const torchScript = target =>
  FILES.flatMap(file => {
    const records = unzip(readFileSync(join(root, 'test', 'fixtures', file)))
    const wanted = target === 'torchscript' ? [['whole', joined(records)]] : parts(target, records)
    return wanted.map(([name, data]) => [`${file}-${name}`.replaceAll('/', '-'), data])
  })

const parts = (target, records) =>
  records.filter(({ name }) => RECORDS[target]?.test(name)).map(({ name, data }) => [name, data])

/** As native/fuzz/torchscript.cpp takes an archive apart. */
function joined(records) {
  const wanted = records.filter(({ name }) => !name.includes('debug_pkl'))
  return Buffer.concat(
    wanted.flatMap(({ name, data }, at) => [
      Buffer.from(`${at > 0 ? '\n----\n' : ''}${name.slice(name.indexOf('/') + 1)}\n`),
      data,
    ]),
  )
}
