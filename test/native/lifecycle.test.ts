// How a process, a worker, or a callback may end while a job runs, and who else may be there. Each in a process of its
// own: a crash is what is looked for.
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { listLibtorch } from '../../scripts/libtorch/find.mjs'
import { run } from '../cli/child.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
const INDEX = join(ROOT, 'dist', 'index.js')

const small = (index: string) => `
  const { createModel, Dataset, purify } = await import(${JSON.stringify(index)})
  const model = await createModel('resnet18', { width: 4, channels: 1, inputSize: 28 })
  const pixels = Uint8Array.from({ length: 64 * 784 }, (_, at) => (at * 37) % 251)
  const normalization = { mean: [0.5], deviation: [0.5] }
  const images = new Dataset({ name: 'stripes', pixels, shape: [64, 1, 28, 28], labels: null, classes: [], normalization })
  const endless = { solver: 'adam-official', iterations: 10000000, threads: 1 }`
const script = (text: string) => run(['--input-type=module', '-e', text])

t.test('process.exit() during a job, while others wait, ends with its code', async t => {
  const { code, signal } = await script(`${small(INDEX)}
    const onProgress = () => process.exit(7) // of whichever comes first
    for (let job = 0; job < 4; job++) purify(model, images, { ...endless, onProgress }).catch(() => {})`)
  t.strictSame({ code, signal }, { code: 7, signal: null })
})

t.test('an uncaught exception during a job ends with 1', async t => {
  const { code, signal, err } = await script(`${small(INDEX)}
    purify(model, images, { ...endless, onProgress: () => {
      setImmediate(() => { throw new Error('uncaught') })
    } }).catch(() => {})`)
  t.strictSame({ code, signal }, { code: 1, signal: null })
  t.match(err, 'uncaught')
})

t.test(
  'workers may be terminated, or exit, while their jobs run; the process and its own jobs go on',
  async t => {
    const { code, signal, out, err } = await script(`
    import { Worker } from 'node:worker_threads'
    import { once } from 'node:events'
    ${small(INDEX)}
    const source = ${JSON.stringify(`const { parentPort, workerData } = require('node:worker_threads');
      (async () => { ${small(INDEX)}
      const onProgress = () => workerData.exits ? process.exit(5) : parentPort.postMessage('running')
      for (let job = 0; job < 2; job++) purify(model, images, { ...endless, onProgress }).catch(() => {})
      })()`)}
    const ended = []
    for (const exits of [false, true, false]) {
      const worker = new Worker(source, { eval: true, execArgv: [], workerData: { exits } })
      if (exits) ended.push(...await once(worker, 'exit'))
      else await once(worker, 'message').then(() => worker.terminate())
    }
    const mine = new Error('mine')
    const caught = await purify(model, images, { ...endless, onProgress: () => { throw mine } }).catch(e => e)
    const { shape } = await model.forward(new Float32Array(28 * 28), [1, 1, 28, 28])
    console.log(ended.join(), caught === mine, shape.join())`)
    t.strictSame({ code, signal, out }, { code: 0, signal: null, out: '5 true 1,10\n' }, err)
  },
)

t.test(
  'two copies of Shellac in a process share its libtorch, and both may be busy when it exits',
  async t => {
    const libtorch = listLibtorch().find(({ ok }) => ok)!.path
    const copy = join(t.testdir(), 'copy')
    for (const part of [
      'dist',
      'scripts',
      'package.json',
      'build/Release',
      'build/artifacts',
      'examples/models',
    ]) {
      mkdirSync(dirname(join(copy, part)), { recursive: true })
      cpSync(join(ROOT, part), join(copy, part), { recursive: true })
    }
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
    // By another path: opened by that, it would be a second libtorch.
    symlinkSync(libtorch, join(copy, 'libtorch'))
    const { code, signal, out } = await script(`
    const first = await (async () => { ${small(INDEX)}; return { model, images, purify, endless } })()
    process.env.SHELLAC_LIBTORCH = ${JSON.stringify(join(copy, 'libtorch'))}
    const second = await (async () => { ${small(join(copy, 'dist', 'index.js'))}; return { model, images, purify, endless } })()
    const open = process.report.getReport().sharedObjects.filter(name => /torch_cpu|torch-2/.test(name))
    const running = [first, second].map(({ model, images, purify, endless }) => new Promise(resolve => {
      purify(model, images, { ...endless, onProgress: resolve }).catch(() => {})
    }))
    await Promise.all(running)
    console.log(open.filter(name => name.endsWith('.node')).length, open.filter(name => name.endsWith('.so')).length)
    process.exit(3)`)
    t.strictSame({ code, signal, out }, { code: 3, signal: null, out: '2 1\n' })
  },
)
