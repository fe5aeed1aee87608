// The packages that only a queue needs: loaded when one is connected, and named when one is missing.
import { ShellacError } from '../errors.js'

type Bullmq = typeof import('bullmq')
type Ioredis = Pick<typeof import('ioredis'), 'Redis'>
type Aws4fetch = typeof import('aws4fetch')

export const loadBullmq = (): Promise<Bullmq> => optional('bullmq', () => import('bullmq'))
export const loadIoredis = (): Promise<Ioredis> => optional('ioredis', () => import('ioredis'))
export const loadAws4fetch = (): Promise<Aws4fetch> => optional('aws4fetch', () => import('aws4fetch'))

/** @throws ERR_BAD_OPTION, naming the package and how to install it, where it is missing */
export async function optional<T>(name: string, load: () => Promise<T>, user = 'the queue'): Promise<T> {
  try {
    return await load()
  } catch (error) {
    throw new ShellacError(
      'ERR_BAD_OPTION',
      {
        thing: `package ${name}`,
        found: (error as Error).message,
        expected: `the package, which ${user} needs`,
        remedy: `run npm install ${name}`,
      },
      { cause: error },
    )
  }
}
