import { type Command, Option } from 'commander'
import { serveOptions } from '../../service/options.js'
import type { RunningService } from '../../service/serve.js'
import { flagsOf } from '../flags.js'

/** shellac serve --storage DIR [--redis URL] [--port N] [--host H] [--tokens F] [--workers N] */
export async function serve(program: Command): Promise<void> {
  const flags = await flagsOf(serveOptions)
  const command = program
    .command('serve')
    .description('purify, measure and audit over HTTP, as jobs of a queue, with a page for browsers')
  flags.addTo(command)
  command.addOption(new Option('--json', 'say as JSON where it listens'))
  command.action(async (values: Record<string, unknown>) => {
    const { serve: run } = await import('../../service/serve.js')
    const stopped = stopSignal()
    const service = await run(flags.read(values))
    const { stop, ...facts } = service
    process.stdout.write(values.json ? `${JSON.stringify(facts)}\n` : `${describe(service)}\n`)
    await stopped
    await stop()
  })
}

/** The first SIGINT or SIGTERM; another one ends the process at once. */
const stopSignal = (): Promise<void> =>
  new Promise(resolve => {
    const stop = () => {
      for (const signal of SIGNALS) process.off(signal, stop)
      resolve()
    }
    for (const signal of SIGNALS) process.on(signal, stop)
  })

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

const describe = ({ address, redis, ownRedis, tokens, workers }: RunningService): string =>
  [
    `shellac listens at ${address}`,
    `for ${tokens > 0 ? `${tokens} tokens` : 'this machine alone, since there is no token'}`,
    `redis: ${redis}${ownRedis ? ', started here; it ends with the service' : ''}`,
    `workers: ${workers > 0 ? workers : 'none here; start some with shellac worker, or --workers N'}`,
  ].join('\n')
