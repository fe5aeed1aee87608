// One attempt of a job in a process of its own: watched, limited, and killed where need be.
import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isErrorCode, ShellacError } from '../errors.js'
import type { Progress } from '../native/progress.js'
import type { JobLimits } from './contract.js'
import { LimitExceeded } from './failure.js'
import type { Answered, Message, ModelQuestion, Work } from './kinds/work.js'
import { residentMemory } from './memory.js'

const LOOK_EVERY_MS = 100
const TAIL = 4000

export interface Running {
  limits: JobLimits
  /** Its reason is what the attempt fails with. */
  signal: AbortSignal
  onProgress: (progress: Progress) => void
  /** What the process asks of its worker; it waits for the end of this, and never for more. */
  onAsk: (question: ModelQuestion) => Promise<void>
}

/** The report. Throws what the job threw, ERR_TIMEOUT, ERR_OUT_OF_MEMORY, ERR_INTERNAL for a crash, the signal's reason. */
export function runInProcess(work: Work, { limits, signal, onProgress, onAsk }: Running) {
  signal.throwIfAborted()
  return new Promise<Record<string, unknown>>((resolve, reject) => {
    const child = start(limits)
    let answer: Exclude<Message, { type: 'progress' | 'ask' }> | undefined
    let stopped: { reason: unknown } | undefined
    const errors = tailOf(child)
    const stop = (reason: unknown) => {
      stopped ??= { reason }
      child.kill('SIGKILL')
    }
    const release = enforce(child, limits, stop)
    const abort = () => stop(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    child.on('message', (message: Message) => {
      if (message.type === 'progress') onProgress(message.progress)
      else if (message.type === 'ask')
        void onAsk(message.question).finally(() => reply(child, message.number))
      else answer ??= message
    })
    child.on('error', error => stop(crashed(error.message, '')))
    child.once('close', (code, killedBy) => {
      release()
      signal.removeEventListener('abort', abort)
      if (answer?.type === 'done') resolve(answer.result)
      else if (stopped) reject(stopped.reason)
      else if (answer?.type === 'failed') reject(thrown(answer))
      else reject(died(code, killedBy, errors()))
    })
    child.send(work)
  })
}

/** Sources run as TypeScript in tests, and compiled elsewhere. */
const CHILD = fileURLToPath(new URL(`./child${extname(import.meta.url)}`, import.meta.url))

function start({ memory }: JobLimits): ChildProcess {
  const own = process.execArgv.filter(flag => !/^--(inspect|max-old-space-size)/.test(flag))
  return fork(CHILD, [], {
    execArgv: [...own, `--max-old-space-size=${Math.floor(memory)}`],
    env: withoutSecrets(process.env),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
}

/** One that has ended in the meantime needs no answer. */
const reply = (child: ChildProcess, answered: number): void => {
  if (child.connected) child.send({ answered } satisfies Answered, () => {})
}

/** A model's reader that was fooled must not find the keys of the storage. */
const withoutSecrets = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !/^AWS_|REDIS|SECRET|TOKEN|PASSWORD/i.test(name)))

function enforce(
  child: ChildProcess,
  { seconds, memory }: JobLimits,
  stop: (reason: unknown) => void,
): () => void {
  const timer = setTimeout(() => stop(tooLong(seconds)), Math.min(seconds * 1000, 2 ** 31 - 1))
  const watch = setInterval(async () => {
    const used = child.pid === undefined ? null : await residentMemory(child.pid)
    if (used !== null && used > memory) stop(tooLarge(used, memory))
  }, LOOK_EVERY_MS)
  return () => {
    clearTimeout(timer)
    clearInterval(watch)
  }
}

function tailOf(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.on('data', chunk => {
    text = (text + chunk).slice(-TAIL)
  })
  return () => text
}

const thrown = ({ code, complaint }: Message & { type: 'failed' }): ShellacError =>
  new ShellacError(isErrorCode(code) ? code : 'ERR_INTERNAL', complaint)

function died(code: number | null, killedBy: NodeJS.Signals | null, errors: string): ShellacError {
  const heap = /heap out of memory/.test(errors)
  if (heap || killedBy === 'SIGKILL' || /bad_alloc/.test(errors)) {
    return new (heap ? LimitExceeded : ShellacError)('ERR_OUT_OF_MEMORY', {
      thing: "the job's process",
      found: killedBy === 'SIGKILL' ? 'killed by the system, as where memory is short' : 'out of memory',
      remedy: 'use a worker with more memory, or a smaller batch, calibration or columns',
    })
  }
  return crashed(killedBy ?? `exit code ${code}`, errors)
}

const crashed = (how: string, errors: string): ShellacError =>
  new ShellacError('ERR_INTERNAL', {
    thing: "the job's process",
    found: `ended without an answer: ${how}${errors && `, ${errors.trim().slice(-500)}`}`,
    remedy: 'please report this: it is a fault of Shellac',
  })

const tooLong = (seconds: number): ShellacError =>
  new LimitExceeded('ERR_TIMEOUT', {
    thing: 'the job',
    found: `still running after ${seconds} s`,
    expected: `at most ${seconds} s an attempt`,
    remedy: 'raise limits.seconds, and --seconds of the worker',
  })

const tooLarge = (used: number, memory: number): ShellacError =>
  new LimitExceeded('ERR_OUT_OF_MEMORY', {
    thing: "the job's process",
    found: `${Math.round(used)} MiB of resident memory`,
    expected: `at most ${memory} MiB`,
    remedy: 'raise limits.memory, and --memory of the worker, or use a smaller batch, calibration or columns',
  })
