// What the built package does in a process of its own.
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { run } from '../cli/child.js'

const INDEX = new URL('../../dist/index.js', import.meta.url).href
const small = `const { createModel, datasets, purify } = await import('${INDEX}')
const model = await createModel('resnet18', { width: 4, channels: 1, inputSize: 28 })
const images = await datasets.mnist({ limit: 64 })
`
const script = (text: string) => run(['--input-type=module', '-e', text])

t.test('import does not load the native core', async t => {
  const { out } = await script(`await import('${INDEX}')
    const open = process.report.getReport().sharedObjects.filter(name => /shellac|torch/.test(name))
    console.log(open.length)`)
  t.equal(out.trim(), '0')
})

t.test('require() gives the same module', async t => {
  const path = fileURLToPath(INDEX)
  const { code, out } = await run(['-e', `console.log(typeof require(${JSON.stringify(path)}).purify)`])
  t.match({ code, out }, { code: 0, out: 'function\n' })
})

t.test('a process with nothing left to do ends by itself', async t => {
  const { code, out } = await script(`${small}
    await purify(model, images, { calibration: 16, columns: 64, pda: false })
    console.log('done')`)
  t.match({ code, out }, { code: 0, out: 'done\n' })
})
