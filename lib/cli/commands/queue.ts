import type { Command } from 'commander'
import { ShellacError } from '../../errors.js'
import type { JobStatus } from '../../queue/contract.js'
import { queueOptions } from '../../queue/options.js'
import type { WorkQueue } from '../../queue/queue.js'
import { table } from '../../report/table.js'
import { flagsOf } from '../flags.js'
import { define, type Outcome } from '../run.js'

type Action = (queue: WorkQueue, id: string) => Promise<Outcome>

const ACTIONS: Record<string, Action> = { counts, dead, status, retry, cancel }

/** shellac queue counts|dead|status|retry|cancel [ID] --redis URL */
export async function queue(program: Command): Promise<void> {
  const flags = await flagsOf(queueOptions, { only: ['redis', 'name'] })
  const command = program
    .command('queue')
    .description('looks into a queue: counts, dead, status ID, retry ID (a dead job), cancel ID')
    .argument('<action>', Object.keys(ACTIONS).join(', '))
    .argument('[id]', 'of a job')
  flags.addTo(command)
  define(command, async (_context, values, [action = '', id = '']) => {
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
    if (!act) throw bad('action of queue', JSON.stringify(action), Object.keys(ACTIONS).join(', '))
    const { connectQueue } = await import('../../queue/queue.js')
    const connected = await connectQueue(flags.read(values) as { redis: string })
    try {
      return await act(connected, id)
    } finally {
      await connected.close()
    }
  })
}

async function counts(queue: WorkQueue): Promise<Outcome> {
  const found = await queue.counts()
  return {
    json: found,
    text: table(
      ['state', 'jobs'],
      Object.entries(found).map(([state, n]) => [state, String(n)]),
    ),
  }
}

async function dead(queue: WorkQueue): Promise<Outcome> {
  const jobs = await queue.deadJobs()
  return { json: { jobs }, text: listed(jobs) }
}

async function status(queue: WorkQueue, id: string): Promise<Outcome> {
  const found = await queue.status(id)
  if (!found) throw noSuchJob(id, 'a job of this queue')
  return { json: found, text: listed([found]) }
}

async function retry(queue: WorkQueue, id: string): Promise<Outcome> {
  if (!(await queue.retryDead(id))) throw noSuchJob(id, 'a dead job, as `shellac queue dead` lists them')
  return { json: { id }, text: `${id} waits again` }
}

async function cancel(queue: WorkQueue, id: string): Promise<Outcome> {
  if (!(await queue.cancel(id))) throw noSuchJob(id, 'a job that has not ended')
  return { json: { id }, text: `${id} is cancelled` }
}

const listed = (jobs: JobStatus[]): string =>
  table(
    ['job', 'kind', 'state', 'attempts', 'submitted', 'error'],
    jobs.map(({ id, kind, state, attempts, submitted, error }) => [
      ...[id, kind, state, String(attempts), submitted],
      error ? `${error.code}: ${error.message}` : '',
    ]),
  )

const noSuchJob = (id: string, expected: string) => bad('job', JSON.stringify(id), expected)

const bad = (thing: string, found: string, expected: string): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', { thing, found, expected })
