// The whole way on the command line, with models that are trained for seconds.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { shellac, shellacs } from './child.js'

const parsed = (out: string) => {
  const lines = out.split('\n')
  return lines.length === 2 && lines[1] === '' ? JSON.parse(lines[0] ?? '') : null
}

t.test('attack, inspect, quantize, purify, measure', async t => {
  const cwd = t.testdir({})
  const json = async (...args: string[]) => {
    const ended = await shellac([...args, '--json'], { cwd })
    t.equal(ended.code, 0, `${args[0]}: ${ended.err}`)
    const document = parsed(ended.out)
    t.ok(document, `${args[0]}: stdout is one JSON document`)
    return document
  }
  const small = ['--data', 'mnist', '--limit', '256', '--epochs', '1']
  const attack = [
    'attack',
    'qu-anti-zation',
    '--architecture',
    'resnet18',
    '--width',
    '2',
    '--clean-epochs',
    '1',
  ]
  t.match(await json(...attack, ...small, '--out', 'm.safetensors'), {
    attack: 'qu-anti-zation',
    ba: Number,
    asr: Number,
    triggered: Number,
    seconds: Number,
    out: 'm.safetensors',
  })
  t.match(await json('inspect', 'm.safetensors'), {
    outputs: 10,
    quantization: null,
    provenance: { from: { made: 'train' } },
  })
  const quick = ['--data', 'mnist', '--calibration', '64', '--activation-bits', 'none']
  t.match(await json('quantize', 'm.safetensors', ...quick, '--out', 'q.safetensors'), {
    method: 'nearest',
    out: 'q.safetensors',
  })
  const purify = ['purify', 'm.safetensors', ...quick, '--columns', '256', '--seed', '7', '--out']
  t.match(await json(...purify, 'p.safetensors'), {
    method: 'lac',
    solver: 'closed-form',
    seconds: Number,
    units: [{ unit: 'conv1' }],
    out: 'p.safetensors',
  })
  await json(...purify, 'again.safetensors')
  const file = (name: string) => readFile(join(cwd, name))
  t.ok((await file('p.safetensors')).equals(await file('again.safetensors')), 'the same seed, the same bytes')
  const trial = ['--data', 'mnist', '--trigger', 'square', '--target', '0', '--limit', '100']
  t.match(await json('measure', 'p.safetensors', ...trial, '--reference', 'q.safetensors'), {
    ba: Number,
    asr: Number,
    samples: 100,
    triggered: Number,
    der: Number,
  })
  const text = await shellac(['measure', 'p.safetensors', ...trial], { cwd })
  t.match(text, { code: 0, out: /BA\s+ASR\s+RA\s+DER/ })

  const wrong: [string[], RegExp][] = [
    [['measure', 'p.safetensors', ...trial.slice(0, 4), '--target', '10'], /ERR_BAD_OPTION: .*class 10/],
    [['measure', 'm.safetensors', '--data', 'folder:nowhere'], /ERR_BAD_DATA/],
    [['purify', 'p.safetensors', ...quick, '--out', 'x.safetensors'], /ERR_BAD_MODEL: .*a quantized model/],
    [
      ['purify', 'm.safetensors', ...quick, '--weight-bits', '9', '--out', 'x.safetensors'],
      /ERR_BAD_OPTION: .*weightBits/,
    ],
    [['purify', 'm.safetensors', ...quick, '--device', 'cuda:99', '--out', 'x.safetensors'], /ERR_DEVICE/],
  ]
  const refusals = await shellacs(
    wrong.map(([args]) => [...args, '--json']),
    { cwd },
  )
  for (const [at, [, err]] of wrong.entries()) t.match(refusals[at], { code: 1, out: '', err })
  t.notOk(
    (await readdir(cwd)).some(name => name.startsWith('x.')),
    'no file is left by what failed',
  )
})

t.test('Ctrl-C ends with 130 and leaves no file', async t => {
  const cwd = t.testdir({})
  const train = [
    'train',
    '--architecture',
    'resnet18',
    '--width',
    '4',
    '--data',
    'mnist',
    '--epochs',
    '1000',
    '--out',
    'm.safetensors',
  ]
  const ended = await shellac(train, { cwd, during: kill => kill('SIGINT') })
  t.match(ended, { code: 130, out: '', err: /shellac: ERR_ABORTED/ })
  t.strictSame(await readdir(cwd), [])
})
