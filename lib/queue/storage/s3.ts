import { createReadStream } from 'node:fs'
import { unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import type { Readable } from 'node:stream'
import { ShellacError } from '../../errors.js'
import type { ContentHash, Storage } from '../contract.js'
import { loadAws4fetch } from '../packages.js'
import { checkHash, notStored } from './hash.js'
import { signedRequest } from './s3-request.js'
import { broken, copyChecked, type Spooled, spool } from './spool.js'

/** A bucket of an S3-compatible server, and who asks for it. */
export interface S3Options {
  bucket: string
  /** Before each key, such as "shellac/"; default none. */
  prefix?: string
  /** Address of the server, such as http://127.0.0.1:9000; default: that of AWS in the region. */
  endpoint?: string
  /** Default: us-east-1. */
  region?: string
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** A single PUT takes no more; files of jobs are models and zips. */
const LARGEST = 5 * 2 ** 30

/**
 * Files in an S3-compatible bucket under the hash of their content. A file is written to the temporary folder first, to
 * know its hash. The bucket must exist.
 *
 * All methods throw ERR_QUEUE where the server refuses, and ERR_BAD_OPTION where the package aws4fetch is not installed.
 */
export function s3Storage(options: S3Options): Storage {
  const { bucket, prefix = '', region = 'us-east-1', endpoint } = options
  const base = endpoint
    ? `${endpoint.replace(/\/+$/, '')}/${bucket}`
    : `https://${bucket}.s3.${region}.amazonaws.com`
  const where = `bucket ${bucket}`
  const request = async (method: string, hash: ContentHash, body?: Spooled) => {
    const { AwsV4Signer } = await loadAws4fetch()
    return signedRequest(
      new AwsV4Signer({
        ...credentials(options),
        method,
        url: `${base}/${prefix}${checkHash(hash)}`,
        service: 's3',
        region,
        headers: {
          'X-Amz-Content-Sha256': body?.hash ?? EMPTY,
          ...(body && { 'Content-Length': String(body.size), 'Content-Type': 'application/octet-stream' }),
        },
      }),
      body && createReadStream(body.path),
    )
  }
  const has = async (hash: ContentHash) => {
    const answer = await request('HEAD', hash)
    answer.resume()
    if (answer.statusCode === 404) return false
    if (answer.statusCode === 200) return true
    throw await refused(where, answer)
  }
  const open = async (hash: ContentHash): Promise<Readable> => {
    const answer = await request('GET', hash)
    if (answer.statusCode === 200) return answer
    if (answer.statusCode === 404) {
      answer.resume()
      throw notStored(hash, where)
    }
    throw await refused(where, answer)
  }
  return {
    has,
    open,
    put: async bytes => {
      const spooled = await spool(bytes, tmpdir())
      const { path, hash, size } = spooled
      try {
        if (size > LARGEST) throw tooLarge(size)
        if (await has(hash)) return hash
        const answer = await request('PUT', hash, spooled)
        if (answer.statusCode !== 200) throw await refused(where, answer)
        answer.resume()
        return hash
      } finally {
        await unlink(path).catch(() => {})
      }
    },
    fetch: async (hash, path) => copyChecked(await open(hash), hash, path),
    remove: async hash => {
      const answer = await request('DELETE', hash)
      answer.resume()
    },
  }
}

/** SHA-256 of no bytes. */
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const credentials = ({ accessKeyId, secretAccessKey, sessionToken }: S3Options) => ({
  accessKeyId,
  secretAccessKey,
  ...(sessionToken !== undefined && { sessionToken }),
})

async function refused(where: string, answer: Readable & { statusCode?: number }): Promise<ShellacError> {
  let text = ''
  for await (const chunk of answer) if (text.length < 2000) text += chunk
  const code = /<Code>([^<]*)<\/Code>/.exec(text)?.[1]
  return broken(where, new Error(`answer ${answer.statusCode}${code ? `, ${code}` : ''}`))
}

const tooLarge = (size: number): ShellacError =>
  new ShellacError('ERR_BAD_DATA', {
    thing: 'file to store',
    found: `${size} bytes`,
    expected: `at most ${LARGEST}`,
  })
