// A job's process: one job, then the end. It lives no longer than its worker, and never says where it runs.
import { mkdir } from 'node:fs/promises'
import { type Complaint, fromNative } from '../errors.js'
import { KINDS } from './kinds/index.js'
import type { Answered, Message, ModelQuestion, Work } from './kinds/work.js'

const send = (message: Message) =>
  new Promise<void>(resolve => {
    if (process.send?.(message, () => resolve()) === undefined) resolve()
  })

// Whoever could take the result is gone.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// They reach every process of a terminal or a service; the worker decides what becomes of the job.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})

const waiting: (() => void)[] = []
const ask = (question: ModelQuestion) =>
  new Promise<void>(resolve => {
    void send({ type: 'ask', question, number: waiting.push(resolve) - 1 })
  })

process.once('message', async (work: Work) => {
  process.on('message', ({ answered }: Answered) => waiting[answered]?.())
  const hidden = (text: string) => text.replaceAll(`${work.folder}/`, '').replaceAll(`${work.models}/`, '')
  try {
    await mkdir(work.out)
    const run = await KINDS[work.kind]()
    const result = await run(work, {
      signal: new AbortController().signal,
      onProgress: progress => void send({ type: 'progress', progress }),
      ask,
    })
    await send({ type: 'done', result: JSON.parse(JSON.stringify(result)) as Record<string, unknown> })
  } catch (error) {
    const { code, complaint } = fromNative(error)
    const told = Object.entries(complaint).map(([part, text]) => [part, hidden(text as string)])
    await send({ type: 'failed', code, complaint: Object.fromEntries(told) as Complaint })
  }
  process.removeAllListeners('disconnect')
  process.disconnect?.()
  process.exit()
})
