// A checkpoint's file: one safetensors. Stage by stage, "0/NAME" are the tensors that it keeps; whose they are is JSON in
// the metadata, and a digest of all of it tells a damaged file from a whole one.
import { stat } from 'node:fs/promises'
import type { Kept, TensorData } from '../../binding.js'
import { ShellacError } from '../errors.js'
import { parseJson } from '../model/safetensors/json.js'
import { readSafetensors, type Safetensors, type Tensor } from '../model/safetensors/read.js'
import { writeSafetensors } from '../model/safetensors/write.js'
import { lazySchema } from '../options.js'
import { Digest } from './hash.js'

const FORMAT = 'shellac-checkpoint'
const FORMAT_VERSION = '1'

export interface Identity {
  work: string
  /** Hashes. */
  model: string
  images: string
  settings: string
  /** Of Shellac and libtorch, in words. */
  versions: string
}

export interface Stage {
  identity: Identity
  /** null until something is kept. */
  kept: Kept | null
}

const stagesSchema = lazySchema(z => {
  const hash = z.string().regex(/^[0-9a-f]{64}$/)
  const words = z.string().max(256)
  return z
    .array(z.strictObject({ work: words, model: hash, images: hash, settings: hash, versions: words }))
    .max(64)
})

export async function writeCheckpoint(path: string, stages: Stage[]): Promise<void> {
  const begun = stages.filter(stage => stage.kept !== null)
  const tensors = new Map<string, Tensor>()
  for (const [index, { kept }] of begun.entries())
    for (const [name, { dtype, shape, data }] of Object.entries(kept ?? {}))
      tensors.set(`${index}/${name}`, { dtype: STORED[dtype], shape, data })
  const metadata = {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    stages: JSON.stringify(begun.map(({ identity }) => identity)),
  }
  const digest = await digestOf({ metadata, tensors })
  await writeSafetensors(path, { metadata: { ...metadata, digest }, tensors })
}

/** null where there is no such file. Throws ERR_BAD_DATA for a damaged one, ERR_BAD_OPTION for another kind of file. */
export async function readCheckpoint(path: string): Promise<Stage[] | null> {
  if ((await stat(path).catch(() => null)) === null) return null
  const { metadata: stored, tensors } = await readSafetensors(path).catch(error => {
    throw damaged(path, error instanceof ShellacError ? error.complaint.found : String(error))
  })
  const { digest, ...metadata } = stored
  if (metadata.format !== FORMAT) throw noCheckpoint(path)
  if (metadata.formatVersion !== FORMAT_VERSION) throw damaged(path, `format ${metadata.formatVersion}`)
  if (digest !== (await digestOf({ metadata, tensors }))) throw damaged(path, 'content that was changed')
  const identities = await identitiesIn(path, metadata.stages)
  return identities.map((identity, index) => ({ identity, kept: keptIn(path, tensors, `${index}/`) }))
}

async function identitiesIn(path: string, text: string | undefined): Promise<Identity[]> {
  try {
    return (await stagesSchema()).parse(parseJson(text ?? '', 4))
  } catch {
    throw damaged(path, 'no account of whose it is')
  }
}

function keptIn(path: string, tensors: Map<string, Tensor>, prefix: string): Kept {
  const own = [...tensors].filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(
    own.map(([name, { dtype, shape, data }]) => {
      const known = NATIVE[dtype]
      if (!known) throw damaged(path, `tensor "${name}" of type ${dtype}`)
      return [name.slice(prefix.length), { dtype: known, shape, data }]
    }),
  )
}

const STORED = { float32: 'F32', float64: 'F64', int8: 'I8', uint8: 'U8' } as const
const NATIVE: Record<string, TensorData['dtype'] | undefined> = {
  F32: 'float32',
  F64: 'float64',
  I8: 'int8',
  U8: 'uint8',
}

async function digestOf({ metadata, tensors }: Safetensors): Promise<string> {
  const digest = new Digest()
  digest.text(JSON.stringify(Object.entries(metadata).sort(([one], [other]) => (one < other ? -1 : 1))))
  for (const name of [...tensors.keys()].sort()) {
    const { dtype, shape, data } = tensors.get(name) as Tensor
    digest.text(JSON.stringify([name, dtype, shape]))
    await digest.bytes(data)
  }
  return digest.hex()
}

const damaged = (path: string, found: string): ShellacError =>
  new ShellacError('ERR_BAD_DATA', {
    thing: `checkpoint ${path}`,
    found: `a damaged file: ${found}`,
    expected: 'what an earlier run has kept',
    remedy: 'delete it to begin anew, or name another file',
  })

const noCheckpoint = (path: string): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: `checkpoint ${path}`,
    found: 'a file of another kind',
    expected: 'a new path, or the checkpoint of an earlier run',
    remedy: 'name another file',
  })
