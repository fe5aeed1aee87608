// A short run of scripts/fuzz: hostile input of each kind ends in a typed error or in a result that is whole.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'

const run = promisify(execFile)
const script = join(import.meta.dirname, '../../scripts/fuzz/fuzz.mjs')

/** Some of each load, some do not. */
const targets: Record<string, string> = {
  safetensors: 'ERR_BAD_MODEL',
  torchscript: 'ERR_BAD_MODEL',
  onnx: 'ERR_BAD_MODEL',
  'state-dict': 'ERR_BAD_MODEL',
  graph: 'ERR_BAD_MODEL',
  'image-folder': 'ERR_BAD_DATA',
  texts: 'ERR_BAD_OPTION',
  options: 'ERR_BAD_OPTION',
}

t.test('twenty-five inputs of each kind', async t => {
  const names = Object.keys(targets)
  const args = ['--target', names.join(), '--count', '25', '--seed', '9', '--limit', '60']
  const { stdout } = await run(process.execPath, [script, ...args])
  const figures = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, number | string>)
  t.strictSame(
    figures.map(({ target }) => target),
    names,
  )
  for (const { target, inputs, wrong, crash, hang, memory, valid, ...codes } of figures) {
    t.strictSame(
      { inputs, failures: [wrong, crash, hang, memory] },
      { inputs: 25, failures: [undefined, undefined, undefined, undefined] },
      `${target}`,
    )
    const code = targets[`${target}`] ?? ''
    t.ok(Number(valid) > 0 && Number(codes[code]) > 0, `${target}: some are taken, some are ${code}`)
  }
})

t.test('what must not happen is noticed, with the command that repeats it', async t => {
  const args = ['--target', 'faulty', '--seed', '12', '--count', '6', '--limit', '1']
  const { code, stdout, stderr } = await run(process.execPath, [script, ...args]).catch(error => error)
  t.equal(code, 1)
  const { inputs, wrong, crash, hang, valid } = JSON.parse(stdout)
  t.equal(inputs, 6)
  t.equal(wrong + crash + hang + valid, 6)
  for (const [result, count] of Object.entries({ wrong, crash, hang, valid })) t.ok(count > 0, result)
  t.match(stderr, /npm run fuzz -- --target faulty --seed 12 --first \d+ --count 1/)
})
