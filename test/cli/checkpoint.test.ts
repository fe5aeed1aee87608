// The command line killed and interrupted, and the same command again.
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { keptUntilSaved } from '../../lib/cli/checkpoint.js'
import { smallModel } from '../facade/small.js'
import { type Kill, shellac } from './child.js'

const folder = t.testdir({})
const at = (name: string) => join(folder, name)
await (await smallModel()).save(at('model.safetensors'))

const purify = (out: string, more: string[], during?: (kill: Kill) => void) =>
  shellac(
    [
      ...['purify', at('model.safetensors'), '--data', 'mnist', '--calibration', '48', '--threads', '1'],
      ...['--solver', 'adam-official', '--iterations', '40', '--out', at(out), ...more],
    ],
    during && { during },
  )
const kept = ['--checkpoint', at('work.checkpoint')]
const begin = performance.now()
t.equal((await purify('whole.safetensors', [])).code, 0)
const milliseconds = performance.now() - begin
const whole = await readFile(at('whole.safetensors'))

t.test('killed with SIGKILL at a random time: the same command gives the same bytes', async t => {
  const moment = Math.random() * milliseconds * 0.7
  const { signal } = await purify('killed.safetensors', kept, kill =>
    setTimeout(() => kill('SIGKILL'), moment),
  )
  const { code, err } = await purify('killed.safetensors', kept)
  t.equal(code, 0, err)
  t.ok(whole.equals(await readFile(at('killed.safetensors'))), `${signal} ${moment} ms after its first word`)
  t.strictSame(
    (await readdir(folder)).filter(name => name.includes('checkpoint')),
    [],
    'nothing is left',
  )
})

t.test('a checkpoint in the place of the result is refused: it would be deleted with it', async t => {
  t.throws(() => keptUntilSaved({ checkpoint: './a/../x.safetensors' }, 'x.safetensors'), {
    code: 'ERR_BAD_OPTION',
    message: /which is "out" too/,
  })
})

t.test('interrupted: the message names the checkpoint, and the same command goes on', async t => {
  const { code, err } = await purify('stopped.safetensors', [...kept, '--iterations', '400'], kill => {
    const timer = setInterval(() => {
      if (!existsSync(at('work.checkpoint'))) return
      clearInterval(timer)
      kill('SIGINT')
    }, 20)
  })
  t.equal(code, 130)
  t.match(err, /ERR_ABORTED: .*Run the same again to go on: the work so far is kept in .*work\.checkpoint/)
  const other = await purify('stopped.safetensors', kept)
  t.match(other, { code: 1, err: /ERR_BAD_OPTION: checkpoint .* other settings; .*Delete it to begin anew/ })
})
