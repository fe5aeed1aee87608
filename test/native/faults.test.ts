// No memory, no room on the disk, a folder that may not be written to: each is an error with its code, leaves no file
// behind, and the next job works. In processes of their own, since they limit themselves.
import { spawnSync } from 'node:child_process'
import { constants, openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { MAIN, run } from '../cli/child.js'
import { cannotLimit, LIMITS } from './limits.js'

const DIST = fileURLToPath(new URL('../../dist', import.meta.url))
const from = (file: string) => JSON.stringify(join(DIST, file))
const SETUP = `
  const { createModel, Dataset, purify } = await import(${from('index.js')})
  const { loadNative } = await import(${from('native/core.js')})
  const { Model } = await import(${from('model/model.js')})
  const { readdirSync, writeFileSync } = await import('node:fs')
  const small = { columns: 64, calibration: 8, pdaSteps: 1, threads: 1 }
  const model = await createModel('resnet18', { width: 4, channels: 1, inputSize: 28 })
  const pixels = Uint8Array.from({ length: 16 * 784 }, (_, at) => (at * 37) % 251)
  const normalization = { mean: [0.5], deviation: [0.5] }
  const images = new Dataset({ name: 'stripes', pixels, shape: [16, 1, 28, 28], labels: null, classes: [], normalization })
  const works = () => purify(model, images, small).then(() => 'works', error => error.message)
  await works()`
const script = (text: string) => run(['--input-type=module', '-e', text])

const SAVES = `
  const files = () => readdirSync(folder).sort()
  const old = folder + '/old.safetensors'
  const save = path => model.save(path).then(() => 'done', error => error.code + ' ' + error.message)
  const { saveOnnx } = await import(${from('model/onnx/write/save.js')})
  const onnx = async () => saveOnnx(folder + '/new.onnx', await model.content(), model.description.shapes, 1)
    .then(() => 'done', error => error.code)`

t.test(
  'no memory, and a file that may not grow: the code, and the next job works',
  { skip: cannotLimit },
  async t => {
    const folder = t.testdir({ 'old.safetensors': 'as it was' })
    const { code, signal, out, err } = await script(`${LIMITS}${SETUP}
    const folder = ${JSON.stringify(folder)}${SAVES}
    const native = await loadNative()
    const { spec, facts } = await model.content()
    // One tensor of 64 MB, and no room for a second of it.
    const linear = spec.graph.nodes.find(({ op }) => op === 'linear')
    const [rows, columns] = [500_000, spec.tensors[linear.parameters.weight].shape[1]]
    const zeros = shape => ({ dtype: 'float32', shape, data: new Uint8Array(4 * shape.reduce((a, b) => a * b)) })
    spec.tensors[linear.parameters.weight] = zeros([rows, columns])
    spec.tensors[linear.parameters.bias] = zeros([rows])
    const wide = new Model(native, await native.createModel(spec).promise, { ...facts, classes: null })
    const many = new Float32Array(20_000 * 784)
    const wider = await createModel('resnet18', { width: 5, channels: 1, inputSize: 28 })

    const outcomes = {}
    const after = async (name, megabytes, work) => {
      outcomes[name] = [await short(megabytes, work), await works()]
    }
    await after('of JavaScript', 16, async () => images.subset(new Uint32Array(5_000_000)))
    await after('of libtorch', 16, () => model.forward(many, [20_000, 1, 28, 28], { threads: 1 }))
    await after('for generated code', 1, () => purify(wider, images, { ...small, batch: 16, calibration: 16 }))
    await after('for what JavaScript is given', 16, () => wide.save(folder + '/wide.safetensors'))
    await after('for a file', 16, () => wide.save(folder + '/wide.onnx'))
    const later = await purify(wider, images, small).then(() => 'done', error => error.code)
    process.on('SIGXFSZ', () => {}) // a library leaves it to the program whether that signal is its death
    const saved = []
    for (const work of [() => save(old), onnx]) await limited('fsize', 65536, async () => saved.push(await work()))
    const kept = { files: files(), old: readFileSync(old, 'utf8') }
    const held = Object.keys(spec.tensors).length // else its 64 MB might be collected and be room enough
    console.log(JSON.stringify({ outcomes, later, saved, kept, again: await save(old), next: await works(), held }))`)
    t.strictSame({ code, signal }, { code: 0, signal: null }, err)
    const { outcomes, later, saved, kept, again, next } = JSON.parse(out)
    for (const [name, outcome] of Object.entries(outcomes)) {
      t.strictSame(outcome, ['ERR_OUT_OF_MEMORY', 'works'], `no memory ${name}`)
    }
    t.equal(later, 'done', 'what had failed for want of memory works when there is some')
    t.match(saved, [/^ERR_BAD_OPTION .*EFBIG/, 'ERR_BAD_OPTION'])
    t.strictSame(kept, { files: ['old.safetensors'], old: 'as it was' }, 'no file, whole or in part')
    t.strictSame([again, next], ['done', 'works'])
  },
)

const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0
t.test(
  'a full disk, and one that is read-only: nothing is left, what was there stays',
  { skip: canMount ? false : 'file systems may not be mounted here' },
  async t => {
    const folder = t.testdir()
    const text = `${SETUP}
      const { execFileSync } = await import('node:child_process')
      const { readFileSync } = await import('node:fs')
      const folder = ${JSON.stringify(folder)}${SAVES}
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', folder])
      writeFileSync(old, 'as it was')
      const full = [await save(old), await onnx(), await works()]
      execFileSync('mount', ['-o', 'remount,ro', folder])
      const readOnly = [await save(old), await onnx(), await works()]
      console.log(JSON.stringify({ full, readOnly, files: files(), old: readFileSync(old, 'utf8') }))`
    const args = ['-rm', process.execPath, '--input-type=module', '-e', text]
    const { stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' })
    const found = JSON.parse(stdout || JSON.stringify({ stderr }))
    t.match(found.full, [/^ERR_BAD_OPTION .*ENOSPC/, 'ERR_BAD_OPTION', 'works'])
    t.match(found.readOnly, [/^ERR_BAD_OPTION .*EROFS/, 'ERR_BAD_OPTION', 'works'])
    t.strictSame(found.files, ['old.safetensors'])
    t.equal(found.old, 'as it was')
  },
)

t.test('standard output without room: one line, exit 1', async t => {
  const full = openSync('/dev/full', constants.O_WRONLY)
  const { status, stderr } = spawnSync(process.execPath, [MAIN, 'experiment', '--list'], {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  })
  t.equal(status, 1)
  t.match(stderr, /^shellac: ERR_BAD_OPTION: standard output: .*ENOSPC.*\n$/)
})
