// Random mutations of model files: no crash, no hang, a typed error or a model that runs, each time.
//   node scripts/fuzz/fuzz.mjs [--format all] [--count 1000] [--seed 1] [--first 0] [--limit 20] [--keep FOLDER]
// first: the index to begin with. limit: seconds that one file may take. keep: where files that fail are put, as FORMAT-SEED-INDEX.
import { fork } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { FORMATS } from './formats.mjs'

const { values } = parseArgs({
  options: {
    format: { type: 'string', default: 'all' },
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    limit: { type: 'string', default: '20' },
    keep: { type: 'string' },
  },
})
const child = fileURLToPath(new URL('child.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'shellac-fuzz-'))
const names = values.format === 'all' ? Object.keys(FORMATS) : [values.format]
const end = Number(values.first) + Number(values.count)
let failed = 0
for (const name of names) {
  const counts = await fuzz(name)
  failed += (counts.wrong ?? 0) + (counts.crash ?? 0) + (counts.hang ?? 0)
  console.log(JSON.stringify({ format: name, seed: Number(values.seed), ...counts }))
}
rmSync(folder, { recursive: true })
process.exitCode = failed > 0 ? 1 : 0

async function fuzz(name) {
  const counts = { files: 0 }
  const note = (result, index, message = '') => {
    counts.files++
    counts[result] = (counts[result] ?? 0) + 1
    if (!['wrong', 'crash', 'hang'].includes(result)) return
    console.error(`${name} ${values.seed} ${index}: ${result} ${message}`)
    if (values.keep) keep(name, index)
  }
  let next = Number(values.first)
  while (next < end) next = await run(name, next, note)
  return counts
}

function keep(name, index) {
  const { ending } = FORMATS[name]
  mkdirSync(values.keep, { recursive: true })
  copyFileSync(
    join(folder, `mutated.${ending}`),
    join(values.keep, `${name}-${values.seed}-${index}.${ending}`),
  )
}

/** One process, until it is through or dies; gives the index to go on from. */
function run(name, from, note) {
  return new Promise((resolve, reject) => {
    const rest = end - from
    const process = fork(child, [name, values.seed, from, rest, folder].map(String), {
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    })
    let current = null
    let last = from
    let noise = ''
    let timer = null
    let hung = false
    process.stderr.on('data', text => {
      noise = (noise + text).slice(-2000)
    })
    process.on('message', ({ begins, ends, result, message }) => {
      clearTimeout(timer)
      if (begins !== undefined) {
        current = begins
        timer = setTimeout(() => {
          hung = true
          process.kill('SIGKILL')
        }, 1000 * Number(values.limit))
        return
      }
      note(result, ends, message)
      current = null
      last = ends + 1
      process.send('on')
    })
    process.on('exit', (code, signal) => {
      clearTimeout(timer)
      if (current === null && last === from && code !== 0)
        return reject(new Error(`no file was tried: ${noise}`))
      if (current === null) return resolve(last)
      note(hung ? 'hang' : 'crash', current, `${signal ?? code} ${noise}`)
      resolve(current + 1)
    })
  })
}
