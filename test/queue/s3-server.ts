// A small S3: PUT, GET, HEAD and DELETE of one bucket in memory, and a check of signature version 4, written from its
// description and sharing no code with the client.
import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface TestS3 {
  endpoint: string
  files: Map<string, Buffer>
  /** "PUT /bucket/key" of every request. */
  requests: string[]
  /** Answers of this status to the next requests. */
  fail: number[]
  stop(): Promise<void>
}

export async function startS3(keys: { id: string; secret: string }): Promise<TestS3> {
  const state = { files: new Map<string, Buffer>(), requests: [] as string[], fail: [] as number[] }
  const server = createServer((request, response) => void answer(request, response, state, keys))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    ...state,
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { files, requests, fail }: Pick<TestS3, 'files' | 'requests' | 'fail'>,
  keys: { id: string; secret: string },
): Promise<void> {
  const body = await buffer(request)
  const { method = '', url = '' } = request
  requests.push(`${method} ${url}`)
  const end = (status: number, content: string | Buffer = '') => response.writeHead(status).end(content)
  const failure = fail.shift()
  if (failure !== undefined) return void end(failure, '<Error><Code>InternalError</Code></Error>')
  const wrong = complaint(request, body, keys)
  if (wrong) return void end(403, `<Error><Code>${wrong}</Code></Error>`)
  if (method === 'PUT') files.set(url, body)
  else if (method === 'DELETE') files.delete(url)
  else if (!files.has(url))
    return void end(404, method === 'HEAD' ? '' : '<Error><Code>NoSuchKey</Code></Error>')
  end(200, method === 'GET' ? files.get(url) : '')
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest()

function complaint(
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  { id, secret }: { id: string; secret: string },
): string | undefined {
  if (method === 'PUT' && headers['content-length'] === undefined) return 'MissingContentLength'
  const claimed = String(headers['x-amz-content-sha256'])
  if (claimed !== sha256(body)) return 'XAmzContentSHA256Mismatch'
  const given =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)$/
  const [, key, day = '', region = '', signed = '', signature] = given.exec(headers.authorization ?? '') ?? []
  if (key !== id) return 'InvalidAccessKeyId'
  const time = String(headers['x-amz-date'])
  const names = signed.split(';')
  if (!['host', 'x-amz-content-sha256', 'x-amz-date'].every(name => names.includes(name)))
    return 'AccessDenied'
  const lines = names.map(name => `${name}:${String(headers[name]).trim()}\n`).join('')
  const canonical = [method, url, '', lines, signed, claimed].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')
  const chain = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`)
  return hmac(chain, text).toString('hex') === signature ? undefined : 'SignatureDoesNotMatch'
}
