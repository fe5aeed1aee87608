// What lies in a folder: the commands' JSON by kind, model files with their history, and what was not understood.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ShellacError } from '../../errors.js'
import { parseJson } from '../../model/safetensors/json.js'
import type { LazySchema } from '../../options.js'
import { type ModelFile, modelFile } from './model-files.js'
import {
  type AuditFile,
  auditFile,
  type DemoFile,
  demoFile,
  type ExperimentFile,
  experimentFile,
  type MeasurementFile,
  measurementFile,
  type QuantizationFile,
  quantizationFile,
  type VerificationFile,
  verificationFile,
} from './schema.js'

export interface Found<T> {
  file: string
  content: T
}

export interface Folder {
  quantizations: Found<QuantizationFile>[]
  measurements: Found<MeasurementFile>[]
  demos: Found<DemoFile>[]
  audits: Found<AuditFile>[]
  verifications: Found<VerificationFile>[]
  experiments: Found<ExperimentFile>[]
  models: ModelFile[]
  /** JSON that is none of these, and model files that cannot be read. */
  unknown: { file: string; reason: string }[]
  /** Of every file that was read. */
  hashes: { file: string; bytes: number; sha256: string }[]
}

type Kind = Exclude<keyof Folder, 'models' | 'unknown' | 'hashes'>

const KINDS: [Kind, LazySchema<import('zod').ZodType>, readonly string[]][] = [
  ['audits', auditFile, ['verdict', 'presets', 'classes']],
  ['quantizations', quantizationFile, ['method', 'weightBits', 'units']],
  ['verifications', verificationFile, ['equal', 'tolerance', 'a', 'b']],
  ['experiments', experimentFile, ['title', 'scale', 'rows']],
  ['demos', demoFile, ['fullPrecision', 'quantized', 'purified']],
  ['measurements', measurementFile, ['ba', 'samples', 'triggered']],
]

const MAX_BYTES = 64 * 1024 * 1024
const MAX_DEPTH = 64

/** Throws ERR_BAD_DATA where there is no folder, or nothing in it to report. */
export async function readFolder(path: string): Promise<Folder> {
  const folder: Folder = {
    ...{ quantizations: [], measurements: [], demos: [], audits: [], verifications: [], experiments: [] },
    ...{ models: [], unknown: [], hashes: [] },
  }
  for (const file of await namesIn(path)) {
    const place = join(path, file)
    const { size } = await stat(place)
    const json = file.endsWith('.json')
    if (json && size > MAX_BYTES) {
      folder.unknown.push({ file, reason: `larger than ${MAX_BYTES / 2 ** 20} MiB` })
      continue
    }
    folder.hashes.push({ file, bytes: size, sha256: await sha256(place) })
    if (json) await addJson(folder, place, file)
    else await addModel(folder, place, file)
  }
  if (isEmpty(folder)) throw nothingIn(path, folder.unknown.length)
  return folder
}

/** Sorted by code units, so that the order is the same everywhere. */
async function namesIn(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    const wanted = entries.filter(entry => entry.isFile() && /\.(json|safetensors)$/.test(entry.name))
    return wanted.map(({ name }) => name).sort((a, b) => (a < b ? -1 : 1))
  } catch (error) {
    throw unreadable(`folder ${path}`, error)
  }
}

const unreadable = (thing: string, cause: unknown): ShellacError =>
  new ShellacError(
    'ERR_BAD_DATA',
    { thing, found: (cause as Error).message, expected: 'one that can be read' },
    { cause },
  )

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const piece of createReadStream(path)) hash.update(piece as Buffer)
  } catch (error) {
    throw unreadable(`file ${path}`, error)
  }
  return hash.digest('hex')
}

async function addJson(folder: Folder, path: string, file: string): Promise<void> {
  const problem = (reason: string) => folder.unknown.push({ file, reason })
  let value: unknown
  try {
    value = parseJson(await readFile(path, 'utf8'), MAX_DEPTH)
  } catch (error) {
    return void problem(`no JSON: ${(error as Error).message}`)
  }
  const kind = KINDS.find(([, , fields]) => has(value, fields))
  if (!kind) return void problem('not from a command that the page knows')
  const [into, schema] = kind
  const read = (await schema()).safeParse(value)
  if (read.success) (folder[into] as Found<unknown>[]).push({ file, content: read.data })
  else problem(`like ${into}, but "${read.error.issues[0]?.path.join('.')}" is not as it should be`)
}

const has = (value: unknown, fields: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && fields.every(field => Object.hasOwn(value, field))

async function addModel(folder: Folder, path: string, file: string): Promise<void> {
  try {
    folder.models.push(await modelFile(path, file))
  } catch (error) {
    if (!(error instanceof ShellacError)) throw error
    folder.unknown.push({ file, reason: error.complaint.found })
  }
}

const isEmpty = (folder: Folder): boolean =>
  folder.models.length === 0 && KINDS.every(([kind]) => folder[kind].length === 0)

const nothingIn = (path: string, unknown: number): ShellacError =>
  new ShellacError('ERR_BAD_DATA', {
    thing: `folder ${path}`,
    found: unknown > 0 ? `${unknown} files, none of them understood` : 'no .json and no .safetensors file',
    expected: 'JSON of shellac purify, quantize, measure, audit, verify, demo or experiment, or model files',
    remedy: `write some there: shellac measure ... --json > ${join(path, 'measure.json')}`,
  })
