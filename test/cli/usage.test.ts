// Exit codes and the two streams, as far as they need no native core.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { shellac, shellacs } from './child.js'

t.test('help and version: stdout, exit 0', async t => {
  const [help, purify] = await shellacs([['--help'], ['purify', '--help']])
  t.match(help, { code: 0, out: /purify/, err: '' })
  t.match(purify, { code: 0, out: /--weight-bits <n> .*2\.\.8/s })
  t.match(await shellac(['--version']), { code: 0, out: /^\d+\.\d+\.\d+\n$/, err: '' })
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
t.test('wrong usage: exit 2, words on stderr alone', async t => {
  const ended = await shellacs(usage)
  for (const [at, args] of usage.entries()) t.match(ended[at], { code: 2, out: '', err: /./ }, args.join(' '))
  const [args = []] = usage
  t.match(await shellac(args), { ...ended[0], signal: null }, 'the same in a process of its own')
})

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
  const ended = await shellacs(failures.map(([args], at) => (at % 2 ? [...args, '--json'] : args)))
  for (const [at, [args, message]] of failures.entries()) {
    const name = args.join(' ').replaceAll(folder, '')
    t.match(ended[at], { code: 1, out: '', err: message }, name)
    t.equal(ended[at]?.err.trim().split('\n').length, 1, `${name}: one line`)
  }
  const [[first] = [[]]] = failures
  t.match(await shellac(first), { ...ended[0], signal: null }, 'the same in a process of its own')
  t.strictSame((await readdir(folder)).sort(), ['broken.safetensors', 'model.onnx', 'weights.bin'])
})
