// One request, signed, with a body that streams: fetch() would send it in chunks of unknown total, which S3 refuses.
import { type IncomingMessage, request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import type { Readable } from 'node:stream'
import type { AwsV4Signer } from 'aws4fetch'
import { broken } from './spool.js'

const SILENCE_MS = 60_000

/** Throws ERR_QUEUE where the server cannot be reached or falls silent. */
export async function signedRequest(signer: AwsV4Signer, body?: Readable): Promise<IncomingMessage> {
  const { method, url, headers } = await signer.sign()
  const { protocol } = url
  try {
    return await new Promise<IncomingMessage>((resolve, reject) => {
      const send = protocol === 'https:' ? overHttps : overHttp
      const request = send(
        url,
        { method, headers: Object.fromEntries(headers), timeout: SILENCE_MS },
        resolve,
      )
      request.on('timeout', () => request.destroy(new Error(`no answer for ${SILENCE_MS / 1000} s`)))
      request.on('error', reject)
      body?.on('error', error => request.destroy(error))
      if (body) body.pipe(request)
      else request.end()
    })
  } catch (error) {
    throw broken(`storage at ${url.host}`, error)
  }
}
