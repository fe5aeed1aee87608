// A storage as the command line names it.
import { ShellacError } from '../../errors.js'
import type { Storage } from '../contract.js'
import { folderStorage } from './folder.js'
import { s3Storage } from './s3.js'

export const STORAGES = 'a folder that all workers share, or s3://BUCKET[/PREFIX]'

/**
 * For s3:// the keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN), the server from
 * AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, the region from AWS_REGION.
 *
 * @throws ERR_BAD_OPTION
 */
export async function openStorage(text: string, env: NodeJS.ProcessEnv = process.env): Promise<Storage> {
  const s3 = /^s3:\/\/([^/]+)\/?(.*)$/.exec(text)
  if (!s3) return folderStorage(text)
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env
  if (!accessKeyId || !secretAccessKey) throw noKeys(text)
  const [, bucket = '', prefix = ''] = s3
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL
  return s3Storage({
    bucket,
    accessKeyId,
    secretAccessKey,
    ...(prefix && { prefix: `${prefix.replace(/\/*$/, '')}/` }),
    ...(endpoint && { endpoint }),
    ...(env.AWS_REGION && { region: env.AWS_REGION }),
    ...(env.AWS_SESSION_TOKEN && { sessionToken: env.AWS_SESSION_TOKEN }),
  })
}

const noKeys = (text: string): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: `storage ${text}`,
    found: 'no keys for it',
    expected: 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment',
  })
