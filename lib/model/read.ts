// Reads a model file of any kind.
import type { Native } from '../../binding.js'
import { loadNative } from '../native/core.js'
import { runJob } from '../native/job.js'
import { paceOf } from '../pace.js'
import { createFrom, type GetNative } from './create-from.js'
import type { ModelFacts } from './facts.js'
import { decode, isShellacFile } from './file.js'
import { kindOf } from './kind.js'
import type { LoadSettings } from './load.js'
import { Model } from './model.js'
import { bad } from './safetensors/header.js'
import { readSafetensors } from './safetensors/read.js'
import { fromStateDict } from './state-dict/load.js'
import { safetensorsDict } from './state-dict/safetensors.js'
import { isTorchScript, readTorchFile } from './state-dict/torch-file.js'
import { Archive } from './state-dict/zip.js'

export async function readModel(path: string, settings: LoadSettings): Promise<Model> {
  try {
    return await readKind(path, settings)
  } catch (error) {
    if (error instanceof Error && 'syscall' in error)
      throw bad(path, error.message, 'a file that can be read')
    throw error
  }
}

async function readKind(path: string, settings: LoadSettings): Promise<Model> {
  const native = () => loadNative()
  switch (await kindOf(path)) {
    case 'zip':
      return fromArchive(native, path, settings)
    case 'safetensors': {
      const content = await readSafetensors(path)
      if (isShellacFile(content)) {
        const { spec, facts } = await decode(path, content)
        return createFrom(native, spec, withNormalization(facts, settings), settings)
      }
      return fromStateDict(
        native,
        plainFacts(path, settings),
        safetensorsDict(path, content, paceOf(settings.signal)),
        settings,
      )
    }
    case 'onnx': {
      const { readOnnx } = await import('./onnx/read/load.js')
      const { spec, facts } = await readOnnx(path, settings.inputShape ?? null, paceOf(settings.signal))
      return createFrom(native, spec, withNormalization(facts, settings), settings)
    }
  }
}

async function importTorchScript(native: Native, path: string, settings: LoadSettings): Promise<Model> {
  const handle = await runJob(() => native.importTorchScript(path, settings.inputShape ?? null), settings)
  return new Model(native, handle, plainFacts(path, settings))
}

async function fromArchive(native: GetNative, path: string, settings: LoadSettings): Promise<Model> {
  const pace = paceOf(settings.signal)
  const archive = await Archive.open(path, pace)
  try {
    if (isTorchScript(archive)) return await importTorchScript(await native(), path, settings)
    const stored = await readTorchFile(path, archive, pace)
    return await fromStateDict(native, plainFacts(path, settings), stored, settings)
  } finally {
    archive.close()
  }
}

/** Of a file that says nothing about itself. */
const plainFacts = (name: string, settings: LoadSettings): ModelFacts =>
  withNormalization({ name, normalization: null, classes: null, provenance: null }, settings)

const withNormalization = (facts: ModelFacts, { normalization }: LoadSettings): ModelFacts =>
  normalization ? { ...facts, normalization } : facts
