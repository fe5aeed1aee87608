import type { ModelSpec, Native } from '../../binding.js'
import { atCall, ShellacError } from '../errors.js'
import { loadNative } from '../native/core.js'
import { runJob } from '../native/job.js'
import { type Input, lazySchema, parse } from '../options.js'
import { architectureSchema, buildArchitecture } from './architectures/index.js'
import type { ModelFacts } from './facts.js'
import { decode, floats, isShellacFile } from './file.js'
import { Model } from './model.js'
import { QuantizedModel } from './quantized.js'
import { openModel, readSafetensors, type Safetensors } from './safetensors/read.js'

const loadOptions = lazySchema(z =>
  z.strictObject({
    inputShape: z
      .array(z.int().min(1).max(65_536))
      .length(3)
      .optional()
      .describe('[channels, height, width], for TorchScript files; found out where it is left out'),
    architecture: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('for a state dict: { name: "resnet18", width, classes, ... }'),
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
 * - `.safetensors` with a state dict: give `architecture`
 * - `.pt`, `.pth`, `.ts`: TorchScript (torch.jit.trace or torch.jit.script)
 *
 * @throws ERR_BAD_MODEL, ERR_UNSUPPORTED_OP (named), ERR_BAD_OPTION, ERR_OUT_OF_MEMORY, ERR_NO_LIBTORCH
 * @example const model = await loadModel('resnet18.pt', { inputShape: [3, 32, 32] })
 */
export function loadModel(path: string, options: LoadOptions = {}): Promise<Model> {
  return atCall(loadModel, async () => {
    const settings = await parse('loadModel', loadOptions, options)
    const native = () => loadNative()
    switch (await kindOf(path)) {
      case 'torchscript':
        return importTorchScript(await native(), path, settings)
      case 'safetensors': {
        const content = await readSafetensors(path)
        if (isShellacFile(content)) {
          const { spec, facts } = await decode(path, content)
          return createFrom(native, spec, withNormalization(facts, settings), settings)
        }
        return fromStateDict(native, path, content, settings)
      }
    }
  })
}

type Settings = Awaited<ReturnType<typeof loadOptions>>['_output']
type GetNative = () => Promise<Native>

const ZIP = 0x04034b50 // "PK\3\4": what torch.jit.save and torch.save write

async function kindOf(path: string): Promise<'torchscript' | 'safetensors'> {
  if (path.endsWith('.onnx')) throw refused(path, 'an ONNX model, which Shellac does not read yet')
  const file = await openModel(path)
  try {
    const head = Buffer.alloc(4)
    const { bytesRead } = await file.read(head, 0, 4, 0)
    if (bytesRead === 4 && head.readUInt32LE(0) === ZIP) return 'torchscript'
  } finally {
    await file.close()
  }
  if (path.endsWith('.safetensors')) return 'safetensors'
  throw refused(path, 'neither a .safetensors file nor a TorchScript archive')
}

const refused = (path: string, found: string): ShellacError =>
  new ShellacError('ERR_BAD_MODEL', {
    thing: `model file ${path}`,
    found,
    expected: "Shellac's .safetensors, a .safetensors state dict with { architecture }, or TorchScript",
    remedy: 'export it in Python: torch.jit.trace(model, example).save("model.pt")',
  })

async function importTorchScript(native: Native, path: string, settings: Settings): Promise<Model> {
  const handle = await runJob(() => native.importTorchScript(path, settings.inputShape ?? null), settings)
  const facts = { name: path, normalization: null, classes: null, provenance: null }
  return new Model(native, handle, withNormalization(facts, settings))
}

/** @internal */
export async function createFrom(
  native: GetNative,
  spec: ModelSpec,
  facts: ModelFacts,
  control: { signal?: AbortSignal | undefined } = {},
): Promise<Model> {
  const loaded = await native()
  const handle = await runJob(() => loaded.createModel(spec), control)
  const model = spec.quantization
    ? new QuantizedModel(loaded, handle, facts)
    : new Model(loaded, handle, facts)
  checkFacts(model)
  return model
}

/** What the metadata says must fit the graph. */
function checkFacts({ name, normalization, classes, inputShape, outputs }: Model): void {
  const [channels] = inputShape
  const refuse = (found: string, expected: string) => {
    throw new ShellacError('ERR_BAD_MODEL', { thing: name, found, expected })
  }
  const lengths = normalization ? [normalization.mean.length, normalization.deviation.length] : []
  if (lengths.some(length => length !== channels)) {
    refuse(`normalization of ${lengths.join(' and ')} channels`, `${channels}`)
  }
  if (classes && classes.length !== outputs)
    refuse(`${classes.length} class names`, `${outputs}, one a logit`)
}

async function fromStateDict(
  native: GetNative,
  path: string,
  { tensors }: Safetensors,
  settings: Settings,
): Promise<Model> {
  if (!settings.architecture) {
    throw refused(path, 'a state dict: tensors without the graph that they belong to')
  }
  const { spec } = await buildArchitecture(await architectureSchema(settings.architecture))
  for (const [name, expected] of Object.entries(spec.tensors)) {
    const tensor = tensors.get(name)
    if (!tensor || tensor.shape.join() !== expected.shape.join()) {
      throw new ShellacError('ERR_BAD_MODEL', {
        thing: `tensor "${name}" of ${path}`,
        found: tensor ? `shape [${tensor.shape}]` : 'nothing',
        expected: `shape [${expected.shape}], as { architecture } says`,
        remedy: 'correct { architecture }',
      })
    }
    spec.tensors[name] = floats(path, name, tensor)
  }
  const facts = { name: path, normalization: null, classes: null, provenance: null }
  return createFrom(native, spec, withNormalization(facts, settings), settings)
}

const withNormalization = (facts: ModelFacts, { normalization }: Settings): ModelFacts =>
  normalization ? { ...facts, normalization } : facts
