// A process that answers questions: one JSON object a line on its stdin, one answer each on its stdout. For baselines in
// another language, and for what has to be measured of a process of its own.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/**
 * What it writes to stderr is passed on; an answer { error } becomes a rejection.
 *
 * @param {string} command @param {string[]} args @param {Record<string, string>} [env]
 * @returns {{ ask(question: object): Promise<object>, close(): Promise<void> }}
 */
export function servant(command, args, env = {}) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } })
  const name = args.at(-1)
  const waiting = []
  let ended
  createInterface({ input: child.stdout }).on('line', line => answered(name, line, waiting.shift()))
  const finished = new Promise(resolve => {
    const end = reason => {
      ended ??= new Error(`${name} ended (${reason})`)
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

function answered(name, line, { resolve, reject }) {
  try {
    const answer = JSON.parse(line)
    if (answer.error === undefined) resolve(answer)
    else reject(new Error(`${name}: ${answer.error}`))
  } catch {
    reject(new Error(`${name} wrote a line that is no JSON: ${line}`))
  }
}

/** The other side: answers every line of this process's stdin. */
export async function serve(answer) {
  for await (const line of createInterface({ input: process.stdin })) {
    const found = await answer(JSON.parse(line)).catch(error => ({ error: error.message }))
    process.stdout.write(`${JSON.stringify(found)}\n`)
  }
}
