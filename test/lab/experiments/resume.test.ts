// A real experiment on a few digits, in processes of its own: killed, and run again.
import { spawn } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { CellRecord } from '../../../lib/lab/experiments/cell.js'
import { MAIN, shellac } from '../../cli/child.js'

const TINY = {
  name: 'tiny',
  title: 'Tiny',
  cells: [
    {
      dataset: 'mnist',
      attack: 'qu-anti-zation',
      bits: 4,
      defence: ['none', 'lac-pda'],
      quantizer: ['attacker', 'mse'],
    },
  ],
  scales: {
    smoke: {
      datasets: { mnist: { source: 'mnist', train: 96, test: 60 } },
      architectures: { resnet18: { width: 1 } },
      clean: { epochs: 1 },
      attack: { epochs: 1 },
      calibration: 24,
    },
  },
}
const run = (out: string) => [
  'experiment',
  'tiny.json',
  '--scale',
  'smoke',
  '--threads',
  '1',
  '--out',
  out,
  '--json',
]

/** Runs the command line until it has said `word` on stderr, then kills it as a power cut would. */
function killedAt(word: string, args: string[], cwd: string): Promise<NodeJS.Signals | null> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] })
    let err = ''
    child.stderr.on('data', text => {
      err += text
      if (err.includes(word)) child.kill('SIGKILL')
    })
    child.on('close', (_, signal) => resolve(signal))
  })
}

const numbers = ({ rows }: { rows: Record<string, unknown>[] }) =>
  rows.map(({ id, status, ba, asr, ra, der }) => ({ id, status, ba, asr, ra, der }))

t.test(
  'kill -9, once in the training and once between cells: the numbers are those of an undisturbed run',
  async t => {
    const cwd = t.testdir({ 'tiny.json': JSON.stringify(TINY) })
    t.equal(await killedAt('train', run('killed'), cwd), 'SIGKILL')
    t.equal(await killedAt('[2/4] ', run('killed'), cwd), 'SIGKILL')
    const cells = join(cwd, 'killed', 'cells')
    const [first] = (await readdir(cells)).filter(name => name.endsWith('.json'))
    const before = await readFile(join(cells, first ?? ''), 'utf8')
    const resumed = await shellac(run('killed'), { cwd })
    t.equal(resumed.code, 0, resumed.err)
    t.match(resumed.err, /\[1\/4\].*kept/, 'the first cell is not run again')
    t.equal(await readFile(join(cells, first ?? ''), 'utf8'), before)
    const whole = await shellac(run('whole'), { cwd })
    t.equal(whole.code, 0, whole.err)
    const expected = numbers(JSON.parse(whole.out))
    t.strictSame(numbers(JSON.parse(resumed.out)), expected)
    t.match(expected, Array(4).fill({ status: 'done', ba: Number, asr: Number }))
    for (const folder of ['cells', 'models']) {
      t.notOk(
        (await readdir(join(cwd, 'killed', folder))).some(name => name.endsWith('.tmp')),
        `no rest in ${folder}`,
      )
    }
    const record = JSON.parse(before) as CellRecord
    t.match(record, {
      seed: 0,
      quantizer: 'attacker',
      mode: 'nearest',
      versions: { shellac: String, libtorch: String, node: String },
      seconds: Number,
    })

    await writeFile(
      join(cwd, 'tiny.json'),
      JSON.stringify({ ...TINY, cells: [{ ...TINY.cells[0], bits: [4, 3] }] }),
    )
    const more = await shellac([...run('killed'), '--only', '4-bit'], { cwd })
    t.equal((more.err.match(/kept/g) ?? []).length, 4, 'cells that did not change are kept')
    const document = JSON.parse(await readFile(join(cwd, 'killed', 'tiny.smoke.json'), 'utf8'))
    t.strictSame(
      document.rows.map(({ status }: { status: string }) => status),
      [...Array(4).fill('open'), ...Array(4).fill('done')].reverse(),
    )
  },
)
