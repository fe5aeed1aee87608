// Runs the tests: `node scripts/test.mjs [files or options of tap]`. How is said in .taprc.
//
// Ends with a line of its own, on which other programs rely: "N passed, N failed", and ", N skipped" if any were. What
// is counted is assertions.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from './setup/root.mjs'
import { Tally } from './test/tally.mjs'

const tally = new Tally(text => process.stdout.write(`${text}\n`))
const tap = spawn(
  join(root, 'node_modules', '.bin', 'tap'),
  ['run', '--reporter=tap', ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  },
)
const ended = new Promise(resolve => tap.once('close', (code, signal) => resolve(signal ?? code)))
const read = new Promise(resolve => tally.parser.once('complete', resolve))
tap.stdout.pipe(tally.parser)

const status = await ended
await read
if (status !== 0 && tally.failed === 0) {
  tally.failed = 1
  process.stdout.write(`FAIL tap itself ended with ${status}\n`)
}
if (tally.passed + tally.failed === 0) process.stdout.write('no test ran\n')
process.stdout.write(`${tally.line}\n`)
process.exitCode = tally.failed > 0 || tally.passed === 0 ? 1 : 0
