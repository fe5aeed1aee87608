import type { Command } from 'commander'
import { ShellacError } from '../../errors.js'
import { workerOptions } from '../../queue/options.js'
import { flagsOf } from '../flags.js'
import { type Context, define } from '../run.js'

/** shellac worker --redis URL --storage DIR|s3://BUCKET --concurrency N */
export async function worker(program: Command): Promise<void> {
  const flags = await flagsOf(workerOptions, { except: ['data'] })
  const command = program
    .command('worker')
    .description('takes jobs from a queue until it is stopped; see docs/queue.md')
    .requiredOption('--storage <place>', 'files of jobs: a folder that all share, or s3://BUCKET[/PREFIX]')
    .option('--data <name=source...>', 'data that jobs may name, such as cifar10=cifar10:DIR')
  flags.addTo(command)
  define(command, async (context, values) => {
    const { openStorage } = await import('../../queue/storage/open.js')
    const { startWorker } = await import('../../queue/worker.js')
    const storage = await openStorage(String(values.storage))
    const data = namedSources((values.data as string[] | undefined) ?? [])
    const given = flags.read(values) as { redis: string; grace?: number }
    const handle = await startWorker({ ...given, storage, data })
    process.stderr.write(
      `shellac: worker ${process.pid} takes jobs from ${given.redis.replace(/\/\/[^@/]*@/, '//')}\n`,
    )
    let ended = 0
    handle.onEnd(({ id, kind, error }) => {
      ended++
      if (values.quiet !== true) process.stderr.write(`${id} ${kind} ${error ?? 'completed'}\n`)
    })
    await stopped(context, () => void handle.close(0))
    await handle.close()
    return { json: { jobs: ended }, text: `${ended} jobs` }
  })
}

/** The first Ctrl-C or SIGTERM ends the wait; a second one hands back what runs at once. */
function stopped({ signal }: Context, hurry: () => void): Promise<void> {
  return new Promise(resolve => {
    const stop = () => {
      process.on('SIGINT', hurry)
      process.on('SIGTERM', hurry)
      resolve()
    }
    signal.addEventListener('abort', stop, { once: true })
    process.once('SIGTERM', stop)
  })
}

function namedSources(texts: string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map(text => {
      const at = text.indexOf('=')
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
      throw new ShellacError('ERR_BAD_OPTION', {
        thing: 'option "data"',
        found: JSON.stringify(text),
        expected: 'NAME=SOURCE, such as cifar10=cifar10:DIR',
      })
    }),
  )
}
