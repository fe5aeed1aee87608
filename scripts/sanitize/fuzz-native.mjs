// libFuzzer on what C++ reads: the graph's checks and ops, and the TorchScript importer.
//   npm run fuzz:native [-- --target graph,torchscript,pickle,source] [--seconds 60] [--seed 1] [--memory 4096] [--record FILE]
// Each starts from native/fuzz/corpus/TARGET; what it finds there on the way stays in build/fuzz/corpus. An input that
// fails is left in build/fuzz/found/TARGET-*; to see it again: build/fuzz/native/fuzz/fuzz-TARGET FILE.
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { record } from '../fuzz/record.mjs'
import { orFail } from '../setup/failure.mjs'
import { root } from '../setup/root.mjs'
import { fuzzers } from './build.mjs'
import { seeds } from './seeds.mjs'

const TARGETS = ['graph', 'torchscript', 'pickle', 'source']
/** Of an input, in bytes: as long as what is read needs, from the start on. */
const LENGTHS = { graph: 1024, torchscript: 65_536 }
const text = value => ({ type: 'string', default: value })

await orFail(async () => {
  const options = {
    target: text(TARGETS.join()),
    seconds: text('60'),
    seed: text('1'),
    memory: text('4096'),
    limit: text('20'),
    record: { type: 'string' },
  }
  const { values } = parseArgs({ options })
  const programs = await fuzzers()
  for (const target of values.target.split(',')) {
    const figures = await fuzz(join(programs, `fuzz-${target}`), target, values)
    const row = { target: `native ${target}`, seed: Number(values.seed), ...figures }
    console.log(JSON.stringify(row))
    record(values.record, row)
    if (figures.failed) process.exitCode = 1
  }
})

async function fuzz(program, target, { seconds, seed, memory, limit }) {
  const build = join(root, 'build', 'fuzz')
  const [growing, found] = [join(build, 'corpus', target), join(build, 'found')]
  const committed = join(root, 'native', 'fuzz', 'corpus', target)
  for (const folder of [growing, found, committed]) mkdirSync(folder, { recursive: true })
  seeds(target, growing)
  const flags = [
    ...[`-max_total_time=${seconds}`, `-seed=${seed}`, `-rss_limit_mb=${memory}`, `-timeout=${limit}`],
    ...['-print_final_stats=1', `-artifact_prefix=${join(found, `${target}-`)}`],
    ...(LENGTHS[target] === undefined ? [] : [`-max_len=${LENGTHS[target]}`, '-len_control=0']),
  ]
  const { status, said } = await watched(program, [...flags, growing, committed])
  const stat = name => Number(said.match(new RegExp(`stat::${name}:\\s+(\\d+)`))?.[1] ?? 0)
  const [, blocks, corpus] = [...said.matchAll(/cov: (\d+) .*corp: (\d+)/g)].at(-1) ?? []
  return {
    inputs: stat('number_of_executed_units'),
    seconds: Number(said.match(/in (\d+) second/)?.[1] ?? seconds),
    mostMiB: stat('peak_rss_mb'),
    blocks: Number(blocks ?? 0),
    corpus: Number(corpus ?? 0),
    failed: status !== 0,
  }
}

/** What it prints goes to stderr as it comes; the end of it is kept. */
function watched(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 2, 'pipe'],
      env: {
        ...process.env,
        ASAN_OPTIONS: 'detect_leaks=0:allocator_may_return_null=1:detect_container_overflow=0',
      },
    })
    let said = ''
    child.stderr.on('data', data => {
      process.stderr.write(data)
      said = (said + data).slice(-100_000)
    })
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ status: signal ?? code, said }))
  })
}
