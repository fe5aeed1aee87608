import { atCall, ShellacError } from '../errors.js'
import { parse } from '../options.js'
import { connectQueue } from '../queue/queue.js'
import { withoutPassword } from '../queue/redis.js'
import { openStorage } from '../queue/storage/open.js'
import { startWorker } from '../queue/worker.js'
import { checkHost } from './access.js'
import { redisLedger } from './ledger-redis.js'
import { limitsOf, type ServeOptions, type ServeSettings, serveOptions } from './options.js'
import { startRedis } from './own-redis.js'
import { createService, type ServiceParts } from './service.js'
import { readTokens } from './tokens.js'
import { Undo } from './undo.js'

export { type ServeOptions, serveOptions }

export interface RunningService {
  /** Where it listens, such as http://127.0.0.1:8080. */
  address: string
  /** Address of Redis, without a password. */
  redis: string
  /** It started that Redis itself, which ends with it. */
  ownRedis: boolean
  /** Owners, or "this machine alone" without tokens. */
  tokens: number
  workers: number
  /** Lets uploads end, ends streams of progress, hands back jobs of its workers, and closes everything. */
  stop(): Promise<void>
}

/**
 * Serves purify(), measure() and audit() over HTTP, as jobs of a queue (docs/service.md).
 *
 * @throws ERR_BAD_OPTION (also for a host that others reach without a token, and for a package that is missing),
 *   ERR_QUEUE (Redis cannot be reached or started)
 * @example const service = await serve({ storage: './files', port: 0, workers: 1 })
 */
export function serve(options: ServeOptions = {}): Promise<RunningService> {
  return atCall(serve, async () => {
    const settings = await parse('serve', serveOptions, options)
    const undo = new Undo()
    try {
      return await start(settings, undo)
    } catch (error) {
      await undo.all()
      throw error
    }
  })
}

async function start(settings: ServeSettings, undo: Undo): Promise<RunningService> {
  const { host, port, log, name, workers, grace } = settings
  const tokens = await readTokens(settings.tokens)
  checkHost(host, tokens)
  const own = settings.redis === undefined ? await startRedis(settings.storage) : undefined
  if (own) undo.add(() => own.stop())
  const redis = own?.url ?? (settings.redis as string)
  const storage = await openStorage(settings.storage)
  const queue = await connectQueue({ redis, name, storage })
  undo.add(() => queue.close())
  const ledger = await redisLedger(redis, name)
  undo.add(() => ledger.close())
  if (workers > 0) {
    const worker = await startWorker({ redis, name, storage, concurrency: workers, grace })
    undo.add(() => worker.close())
  }
  const parts = { queue, storage, ledger, tokens, limits: limitsOf(settings), log }
  const address = await listen(parts, { host, port, grace }, undo)
  return {
    ...{
      address,
      redis: withoutPassword(redis),
      ownRedis: own !== undefined,
      tokens: tokens?.count ?? 0,
      workers,
    },
    stop: () => undo.all(),
  }
}

async function listen(
  parts: ServiceParts,
  { host, port, grace }: Pick<ServeSettings, 'host' | 'port' | 'grace'>,
  undo: Undo,
): Promise<string> {
  const stopping = new AbortController()
  const app = await createService(parts, stopping.signal)
  undo.add(async () => {
    stopping.abort()
    const late = setTimeout(() => app.server.closeAllConnections(), grace * 1000)
    await app.close()
    clearTimeout(late)
  })
  try {
    return await app.listen({ host, port })
  } catch (error) {
    throw cannotListen(`${host}, port ${port}`, error)
  }
}

const cannotListen = (thing: string, cause: unknown): ShellacError =>
  new ShellacError(
    'ERR_BAD_OPTION',
    {
      thing,
      found: (cause as Error).message,
      expected: 'an address of this machine, and a port that is free',
    },
    { cause },
  )
