// Every tensor of the core is made on the job's device: a factory call that names none makes one on the CPU, which no
// test on a machine without a GPU would notice. So the sources are read.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const core = join(import.meta.dirname, '..', '..', 'native', 'core')
const FACTORIES = [
  ...['zeros', 'ones', 'full', 'empty', 'empty_strided', 'eye', 'arange', 'range', 'linspace', 'logspace'],
  ...['rand', 'randn', 'randint', 'randperm', 'normal', 'tril_indices', 'triu_indices'],
  ...['tensor', 'scalar_tensor', 'from_blob', 'hann_window', 'kaiser_window', 'bartlett_window'],
]
const CALL = new RegExp(`\\b(?:at|torch)::(?:${FACTORIES.join('|')})\\s*\\(`, 'g')

/** Tensors that belong on the CPU, by file and the call's beginning, with why. */
const ON_THE_CPU = [
  [
    'measure/record.cpp',
    'at::randint(',
    "places, drawn from the job's CPU generator; what reads them moves them",
  ],
  ['parallel.cpp', 'at::empty(', 'not for numbers: it stands for the pieces of work that CPU threads share'],
  ['kept.cpp', 'at::empty(', 'what is kept goes to a file, from the CPU'],
  ['measure/t_sne.cpp', 'at::randn(', "drawn from the job's CPU generator, then moved"],
  [
    'purify/round_columns.cpp',
    'at::empty({rows, to - from}',
    'the recursion over columns runs on the CPU, block by block',
  ],
  ['purify/draw_batch.cpp', 'at::randint(', "a batch's number, drawn from the job's CPU generator"],
  [
    'purify/moments.cpp',
    'at::randperm(',
    "columns are drawn from the job's CPU generator; what reads them moves them",
  ],
  [
    'quant/observers/range_search.cpp',
    'at::empty({rows.size(0)}',
    'winners of a search that runs on the CPU',
  ],
  ['quant/observers/range_search.cpp', 'at::full({1}, winner', 'the winner of a search that runs on the CPU'],
  ['quant/calibrate.cpp', 'at::tensor(indices', 'indices into images, which stay on the CPU'],
  ['quant/interval_noise.cpp', 'at::randn(', "drawn from the job's CPU generator, then moved"],
  ['audit/trigger_inversion.cpp', 'at::randn(', "drawn from the job's CPU generator, then moved"],
  ['audit/trigger_inversion.cpp', 'at::randint(', "indices into images, from the job's CPU generator"],
  ['train/augment.cpp', 'at::randint(', "offsets, read one by one, from the job's CPU generator"],
  ['train/mode_connectivity.cpp', 'at::rand(', "a number, drawn from the job's CPU generator"],
  ['train/unlearning.cpp', 'at::randperm(', "indices into images, from the job's CPU generator"],
  ['train/steganography.cpp', 'at::randint(', "messages, drawn from the job's CPU generator, then moved"],
  ['train/noisy_warp.cpp', 'at::rand(', "drawn from the job's CPU generator; the warp moves it"],
  ['train/augment.cpp', 'at::rand(', "drawn from the job's CPU generator, then moved"],
  ['train/trainer.cpp', 'at::arange(images.count()', 'indices into images, which stay on the CPU'],
  [
    'train/trainer.cpp',
    'at::randperm(',
    "indices into images, which stay on the CPU, from the job's CPU generator",
  ],
] as const

interface Call {
  file: string
  line: number
  text: string
}

/** The factory calls of a source, each with all of its arguments. */
function factoryCalls(file: string, source: string): Call[] {
  return [...source.matchAll(CALL)].map(({ index, 0: start }) => {
    const text = source.slice(index, closing(source, index + start.length))
    return { file, line: source.slice(0, index).split('\n').length, text }
  })
}

/** Where the parenthesis closes that opened before `at`. */
function closing(source: string, at: number): number {
  let depth = 1
  let end = at
  for (; depth > 0 && end < source.length; end++) depth += { '(': 1, ')': -1 }[source[end] as string] ?? 0
  return end
}

/** Whether an argument carries a device, also by way of a name that the source gives to such options. */
function namesDevice(text: string, source: string): boolean {
  const carries = (code: string) => /\.options\(\)|[dD]evice|TensorOptions\b.*kCUDA/.test(code)
  const names = text.match(/\b[A-Za-z_]\w*\b/g) ?? []
  return (
    carries(text) ||
    names.some(name => new RegExp(`\\b${name} = [^;]*(options\\(\\)|[dD]evice)`).test(source))
  )
}

const withoutComments = (source: string) => source.replace(/\/\/.*$/gm, '')
const sources = readdirSync(core, { recursive: true, encoding: 'utf8' })
  .filter(name => /\.(cpp|h)$/.test(name))
  .map(name => ({ file: name, source: withoutComments(readFileSync(join(core, name), 'utf8')) }))
const bare = sources.flatMap(({ file, source }) =>
  factoryCalls(file, source).filter(({ text }) => !namesDevice(text, source)),
)
const isAllowed = ({ file, text }: Call) =>
  ON_THE_CPU.some(([where, start]) => file === where && text.startsWith(start))

t.test('devices: every tensor that the core makes is on a device that its maker names', async t => {
  for (const call of bare.filter(call => !isAllowed(call)))
    t.fail(`native/core/${call.file}:${call.line} makes a tensor on the CPU: ${call.text}`)
  t.ok(sources.length > 100, `${sources.length} sources were read`)
})

t.test('devices: what is said to belong on the CPU is still there', async t => {
  for (const [file, start] of ON_THE_CPU)
    t.ok(
      bare.some(call => call.file === file && call.text.startsWith(start)),
      `${file}: ${start}`,
    )
})

t.test('devices: the check finds what it is for', async t => {
  const judge = (source: string) => factoryCalls('x.cpp', source).map(({ text }) => namesDevice(text, source))
  t.same(judge('auto x = at::zeros({2, size(y)}, at::kFloat);'), [false])
  t.same(judge('auto x = at::zeros({2}, y.options().dtype(at::kFloat)); auto z = at::eye(3);'), [true, false])
  t.same(judge('const auto on = at::TensorOptions(at::kLong).device(at::kCPU); at::randperm(n, g, on)'), [
    true,
  ])
  t.same(judge('at::zeros_like(x); at::empty_like(y)'), [], 'these are made where their model is')
})
