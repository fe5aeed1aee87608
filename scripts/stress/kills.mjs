// Kills `shellac purify` with SIGKILL at random moments, lets the same command go on from its checkpoint, and compares the
// model that comes out with that of a run which nobody disturbed, byte by byte:
//
//   npm run stress:kills -- [--kills 50] [--seed 1] [--calibration 1024] [--out docs/results/kills.json]
//
// Moments are drawn evenly over the run, from the first progress that it tells of; every fourth kill comes as soon as a
// checkpoint is being written.
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeResults } from '../../bench/lib/results.mjs'
import { readCheckpoint } from '../../dist/checkpoint/file.js'
import { random } from '../../dist/random.js'
import { root } from '../setup/root.mjs'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    calibration: { type: 'string', default: '1024' },
    out: { type: 'string', default: join(root, 'docs', 'results', 'kills.json') },
  },
})

const folder = await mkdtemp(join(tmpdir(), 'shellac-kills-'))
const checkpoint = join(folder, 'work.checkpoint')
const COMMAND = [
  'purify',
  'examples/models/mnist-qu-anti-zation.safetensors',
  ...['--data', 'mnist', '--weight-bits', '4', '--activation-bits', 'none', '--quantizer', 'attacker'],
  ...['--calibration', values.calibration, '--threads', '1'],
]
const { next } = random(Number(values.seed))

/** Runs the command; `killer` may end it once it works. Seconds count from then. */
function purify(out, kept, killer = () => () => {}) {
  const args = [join(root, 'dist', 'cli', 'main.js'), ...COMMAND, '--out', out, '--json']
  let begin
  const child = spawn(process.execPath, kept ? [...args, '--checkpoint', checkpoint] : args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  let killed
  let stop
  const after = () => (performance.now() - begin) / 1000
  const kill = () => {
    killed ??= after()
    child.kill('SIGKILL')
  }
  child.stderr.on('data', text => {
    said += text
    begin ??= performance.now()
    stop ??= killer(kill)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      stop?.()
      resolve({ code, signal, said, seconds: after(), killed })
    })
  })
}

/** Ends it after so many seconds. */
const atTime = seconds => kill => {
  const timer = setTimeout(kill, seconds * 1000)
  return () => clearTimeout(timer)
}

/** Ends it in the middle of its nth write of the checkpoint: while the file is there that becomes the checkpoint. */
const atWrite = nth => kill => {
  const seen = new Set()
  const watcher = watch(folder, (_event, name) => {
    if (name?.startsWith('work.checkpoint.') && seen.add(name).size === nth) kill()
  })
  return () => watcher.close()
}

async function keptUnits() {
  if (!(await stat(checkpoint).catch(() => null))) return 0
  const stages = await readCheckpoint(checkpoint)
  return stages[0].kept.reports.shape[0]
}

const half = async () => (await readdir(folder)).some(name => name.endsWith('.tmp'))
const rounded = seconds => Math.round(seconds * 100) / 100

function must(run, what) {
  if (run.code !== 0) throw new Error(`${what} ended with ${run.code ?? run.signal}: ${run.said}`)
  return run
}

const out = join(folder, 'purified.safetensors')
const undisturbed = must(await purify(out, false), 'the undisturbed run')
const expected = await readFile(out)
const rows = []

while (rows.length < Number(values.kills)) {
  const aimed = rows.length % 4 === 3 ? 'write' : 'time'
  const moment = aimed === 'write' ? 1 + Math.floor(next() * 4) : next() * undisturbed.seconds
  await rm(out, { force: true })
  const run = await purify(out, true, aimed === 'write' ? atWrite(moment) : atTime(moment))
  if (run.signal !== 'SIGKILL') {
    must(run, 'a run that came to its end before it was killed') // another moment is drawn
    continue
  }
  const row = {
    kill: rows.length + 1,
    aimed,
    after: rounded(run.killed),
    kept: await keptUnits(),
    withinWrite: await half(),
    saved: (await stat(out).catch(() => null)) !== null,
  }
  const again = must(await purify(out, true), `the resumed run after kill ${row.kill}`)
  const identical = expected.equals(await readFile(out))
  const left = (await readdir(folder)).filter(name => name.startsWith('work.checkpoint'))
  rows.push({ ...row, resumed: rounded(again.seconds), identical, left: left.length })
  process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`)
}
await rm(folder, { recursive: true })

const identical = rows.filter(row => row.identical).length
await writeResults(values.out, {
  command: `npm run stress:kills -- --kills ${values.kills} --seed ${values.seed} --calibration ${values.calibration}`,
  about: [
    `${rows.length} times SIGKILL, ${identical} times the same bytes. The command: shellac ${COMMAND.join(' ')}`,
    'aimed: at a time drawn evenly over the run, or at a write of the checkpoint; after: seconds from its first word;',
    'kept: units of 21 in the checkpoint then; withinWrite: a half-written file was left; saved: the model had been',
    'written already; resumed: seconds of the run that went on; left: files of the checkpoint at its end',
  ].join(' '),
  seconds: rounded(undisturbed.seconds),
  kills: rows.length,
  identical,
  rows,
})
process.stdout.write(`${identical} of ${rows.length} the same bytes\n`)
process.exitCode = identical === rows.length ? 0 : 1
