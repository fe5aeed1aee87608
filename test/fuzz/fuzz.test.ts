// A short run of scripts/fuzz: mutated model files of each format end in a typed error or in a model that runs.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'

const run = promisify(execFile)
const script = join(import.meta.dirname, '../../scripts/fuzz/fuzz.mjs')

t.test('forty files of each format', async t => {
  const { stdout } = await run(process.execPath, [script, '--count', '40', '--seed', '7', '--limit', '60'])
  const counts = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, number | string>)
  t.strictSame(
    counts.map(({ format }) => format),
    ['safetensors', 'torchscript', 'onnx', 'state-dict'],
  )
  for (const { format, files, wrong, crash, hang, valid, ERR_BAD_MODEL } of counts) {
    t.strictSame(
      { files, wrong, crash, hang },
      { files: 40, wrong: undefined, crash: undefined, hang: undefined },
      `${format}`,
    )
    t.ok(Number(valid) > 0 && Number(ERR_BAD_MODEL) > 0, `${format}: some load, some do not`)
  }
})
