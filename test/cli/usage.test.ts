// Exit codes and the two streams, as far as they need no native core.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { shellac } from './child.js'

t.test('help and version: stdout, exit 0', async t => {
  const help = await shellac(['--help'])
  t.match(help, { code: 0, out: /purify/, err: '' })
  t.match(await shellac(['purify', '--help']), { code: 0, out: /--weight-bits <n> .*2\.\.8/s })
  t.match(await shellac(['--version']), { code: 0, out: /^\d+\.\d+\.\d+\n$/ })
})

const usage: string[][] = [
  ['frobnicate'],
  ['purify'],
  ['purify', 'm.safetensors', '--data', 'mnist'],
  ['purify', 'm.safetensors', '--data', 'mnist', '--out', 'o.safetensors', '--frobnicate'],
  ['inspect'],
  ['inspect', 'a', 'b'],
  ['attack', 'nothing'],
]
for (const args of usage) {
  t.test(`wrong usage: shellac ${args.join(' ')}`, async t => {
    const { code, out, err } = await shellac(args)
    t.equal(code, 2)
    t.equal(out, '')
    t.not(err, '')
  })
}

t.test('failures: one line with the code, exit 1, nothing on stdout, no file left', async t => {
  const folder = t.testdir({
    'broken.safetensors': 'no model',
    'model.onnx': 'x',
    'weights.bin': 'y'.repeat(99),
  })
  const out = join(folder, 'out.safetensors')
  const io = ['--data', 'mnist', '--out', out]
  const failures: [string[], RegExp][] = [
    [['inspect', join(folder, 'none.safetensors')], /^shellac: ERR_BAD_MODEL: .*no such file/],
    [['inspect', join(folder, 'broken.safetensors')], /^shellac: ERR_BAD_MODEL: .*broken\.safetensors/],
    [['inspect', join(folder, 'model.onnx')], /^shellac: ERR_BAD_MODEL: .*model\.onnx/],
    [['inspect', join(folder, 'weights.bin')], /^shellac: ERR_BAD_MODEL: .*neither/],
    [['inspect', folder], /^shellac: ERR_BAD_MODEL: .*folder/],
    [['purify', join(folder, 'broken.safetensors'), ...io], /^shellac: ERR_BAD_MODEL/],
    [['purify', 'm', '--data', 'mnist', '--out', 'o.h5'], /^shellac: ERR_BAD_OPTION: option "out"/],
    [
      ['purify', 'm', '--data', 'mnist', '--out', join(folder, 'no', 'o.safetensors')],
      /^shellac: ERR_BAD_OPTION: .*mkdir/,
    ],
    [
      ['attack', 'qu-anti-zation', ...io, '--bits', '9'],
      /^shellac: ERR_BAD_OPTION: option "bits.0".*at most 8/,
    ],
    [['report', join(folder, 'none')], /^shellac: ERR_BAD_DATA: /],
    [['train', '--data', 'cifar10:/nowhere', '--out', out], /^shellac: ERR_BAD_DATA: .*nothing there/],
    [['train', '--data', 'imagenet', '--out', out], /^shellac: ERR_BAD_OPTION: option "data"/],
  ]
  for (const [at, [args, message]] of failures.entries()) {
    const ended = await shellac(at % 2 ? [...args, '--json'] : args)
    const name = args.join(' ').replaceAll(folder, '')
    t.match(ended, { code: 1, out: '', err: message }, name)
    t.equal(ended.err.trim().split('\n').length, 1, `${name}: one line`)
  }
  t.strictSame((await readdir(folder)).sort(), ['broken.safetensors', 'model.onnx', 'weights.bin'])
})
