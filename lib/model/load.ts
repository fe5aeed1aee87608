import type { Native } from '../../binding.js'
import { atCall } from '../errors.js'
import { loadNative } from '../native/core.js'
import { runJob } from '../native/job.js'
import { type Input, lazySchema, parse } from '../options.js'
import { paceOf } from '../pace.js'
import { createFrom, type GetNative } from './create-from.js'
import type { ModelFacts } from './facts.js'
import { decode, isShellacFile } from './file.js'
import { kindOf } from './kind.js'
import { Model } from './model.js'
import { readSafetensors } from './safetensors/read.js'
import { fromStateDict } from './state-dict/load.js'
import { safetensorsDict } from './state-dict/safetensors.js'
import { isTorchScript, readTorchFile } from './state-dict/torch-file.js'
import { Archive } from './state-dict/zip.js'

const loadOptions = lazySchema(z =>
  z.strictObject({
    inputShape: z
      .array(z.int().min(1).max(65_536))
      .length(3)
      .optional()
      .describe('[channels, height, width], for TorchScript and ONNX files; found out where it is left out'),
    architecture: z
      .union([z.string(), z.record(z.string(), z.unknown())])
      .optional()
      .describe('for a state dict: { name: "resnet18", width, ... }, or "resnet18:width=8,classes=10"'),
    normalization: z
      .strictObject({ mean: z.array(z.number()).min(1), deviation: z.array(z.number().positive()).min(1) })
      .optional()
      .describe('mean and deviation of each channel, where the file does not say or says it wrongly'),
    signal: z
      .custom<AbortSignal>(value => value instanceof AbortSignal, { error: 'an AbortSignal' })
      .optional(),
  }),
)
export type LoadOptions = Input<typeof loadOptions>

/**
 * Loads a model from a file that nobody needs to vouch for: nothing in it is executed, and every size is checked.
 *
 * - `.safetensors` written by Shellac: a Model, or a QuantizedModel
 * - `.safetensors` with a state dict, or what torch.save wrote (`.pth`, `.pt`, `.ckpt`, PyTorch 1.6 or later): give
 *   `architecture`. Usual wrappers (`state_dict`, `model`, `net`, ...) and prefixes (`module.`, `_orig_mod.`, ...) are
 *   left out, half precision becomes float32
 * - `.pt`, `.pth`, `.ts`: TorchScript (torch.jit.trace or torch.jit.script)
 * - `.onnx`: a classifier of images, opset 13 to 24; float, or quantized (QDQ, QOperator: a QuantizedModel)
 *
 * @throws ERR_BAD_MODEL, ERR_UNSUPPORTED_OP (named), ERR_BAD_OPTION, ERR_OUT_OF_MEMORY, ERR_NO_LIBTORCH
 * @example const model = await loadModel('resnet18.pt', { inputShape: [3, 32, 32] })
 */
export function loadModel(path: string, options: LoadOptions = {}): Promise<Model> {
  return atCall(loadModel, async () => {
    const settings = await parse('loadModel', loadOptions, options)
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
  })
}

export type LoadSettings = Awaited<ReturnType<typeof loadOptions>>['_output']

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
