import { ShellacError } from '../../errors.js'
import type { ContentHash } from '../contract.js'

export const HASH = /^[0-9a-f]{64}$/

/** Throws ERR_BAD_OPTION: a hash becomes part of paths and addresses, so nothing else may pass. */
export function checkHash(hash: unknown): ContentHash {
  if (typeof hash === 'string' && HASH.test(hash)) return hash
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: 'hash of a file',
    found: JSON.stringify(hash)?.slice(0, 80) ?? 'nothing',
    expected: '64 hexadecimal digits, the SHA-256 of its bytes',
  })
}

export const notStored = (hash: ContentHash, where: string): ShellacError =>
  new ShellacError('ERR_BAD_DATA', {
    thing: `file ${hash}`,
    found: `nothing in ${where}`,
    expected: 'a file that was stored before',
    remedy: 'store the file again',
  })
