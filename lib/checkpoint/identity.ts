// Which work a checkpoint belongs to: everything on which the bits of its result depend, as hashes.
import { types } from 'node:util'
import type { ImagesData, ModelHandle, Native } from '../../binding.js'
import { ShellacError } from '../errors.js'
import { runJob } from '../native/job.js'
import { version } from '../version.js'
import type { Identity } from './file.js'
import { Digest } from './hash.js'

/** A job as the native side is told of it. */
export interface Work {
  /** What is done: "purify", "train". */
  name: string
  model: ModelHandle
  images: ImagesData
  /** Plain values, typed arrays and models. */
  settings: object
}

export async function identityOf(work: Work, native: Native, signal?: AbortSignal): Promise<Identity> {
  const hashed = async (value: unknown) => {
    const digest = new Digest(signal)
    await feed(digest, value, native)
    return digest.hex()
  }
  return {
    work: work.name,
    model: await hashed(work.model),
    images: await hashed(work.images),
    settings: await hashed(work.settings),
    versions: `shellac ${version}, libtorch ${native.versions().libtorch}`,
  }
}

async function feed(digest: Digest, value: unknown, native: Native): Promise<void> {
  if (types.isExternal(value)) {
    const model = await runJob(() => native.exportModel(value as unknown as ModelHandle))
    return feed(digest, model, native)
  }
  if (ArrayBuffer.isView(value)) {
    return digest.bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
  }
  if (typeof value !== 'object' || value === null) return digest.text(JSON.stringify(value) ?? 'undefined')
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  digest.text(`${Array.isArray(value) ? 'list' : 'record'} of ${entries.length}`)
  for (const [key, item] of entries.sort(([one], [other]) => (one < other ? -1 : 1))) {
    digest.text(key)
    await feed(digest, item, native)
  }
}

const PARTS = { model: 'another model', images: 'other images', settings: 'other settings' } as const

/** In words, what two pieces of work do not have in common; empty where they are the same. */
export function differences(one: Identity, other: Identity): string[] {
  const parts = Object.entries(PARTS) as [keyof typeof PARTS, string][]
  return [
    ...(one.work === other.work ? [] : [`${one.work} instead of ${other.work}`]),
    ...(one.versions === other.versions ? [] : [`${one.versions} instead of ${other.versions}`]),
    ...parts.flatMap(([part, name]) => (one[part] === other[part] ? [] : [name])),
  ]
}

export const otherWork = (path: string, found: string[]): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: `checkpoint ${path}`,
    found: `it belongs to other work: ${found.join(', ')}`,
    expected: 'one of a run with the same model, images and options',
    remedy: 'delete it to begin anew, or name another file',
  })
