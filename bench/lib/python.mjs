// PyTorch as the baseline: a python3 whose torch can be imported, and its scripts as servants that answer questions.
import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'

const PROBE = 'import torch; print(torch.__version__)'

/**
 * SHELLAC_PYTHON where it is set, otherwise the python3 on PATH.
 *
 * @returns {{ torch?: string, why?: string, command: string, open: typeof open }} torch: its version; why: what is
 *   missing. open() gives undefined then.
 */
export function findPython() {
  const command = process.env.SHELLAC_PYTHON || 'python3'
  const { stdout, stderr, error, status } = spawnSync(command, ['-c', PROBE], { encoding: 'utf8' })
  const torch = status === 0 ? stdout.trim() : undefined
  const why = torch ? undefined : `${command}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`
  return {
    torch,
    why,
    command,
    open: (script, options) => (torch ? open(command, script, options) : undefined),
  }
}

/**
 * Starts a script that reads one JSON object a line from stdin and answers each with one on stdout; an answer
 * { error } becomes a rejection. What it writes to stderr is passed on.
 *
 * @param {{ threads?: number }} [options] threads: OMP_NUM_THREADS of the script
 */
function open(command, script, { threads } = {}) {
  const env = { ...process.env, ...(threads && { OMP_NUM_THREADS: String(threads) }) }
  const child = spawn(command, ['-u', script], { stdio: ['pipe', 'pipe', 'inherit'], env })
  const waiting = []
  let ended
  createInterface({ input: child.stdout }).on('line', line => {
    const { resolve, reject } = waiting.shift()
    try {
      const answer = JSON.parse(line)
      answer.error === undefined ? resolve(answer) : reject(new Error(`${script}: ${answer.error}`))
    } catch {
      reject(new Error(`${script} wrote a line that is no JSON: ${line}`))
    }
  })
  const finished = new Promise(resolve => {
    const end = reason => {
      ended = new Error(`${script} ended (${reason})`)
      for (const { reject } of waiting.splice(0)) reject(ended)
      resolve()
    }
    child.once('error', error => end(error.message))
    child.once('close', (code, signal) => end(signal ?? code))
  })
  child.stdin.on('error', () => {}) // it ended: `finished` says so
  return {
    ask(question) {
      if (ended) return Promise.reject(ended)
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject })
        child.stdin.write(`${JSON.stringify(question)}\n`)
      })
    },
    close() {
      child.stdin.end()
      return finished
    },
  }
}
